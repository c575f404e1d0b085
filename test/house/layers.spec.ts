import { declaredPackages, filesIn, read } from './files.js';
import { importsOf } from './imports.js';
import { cycles, layerFaults, undeclaredPackages, waysToPackages } from './layers.js';

const isOfKit = (file: string) => file.startsWith('lib/testing/');

describe('lib', () => {
  const imports = filesIn('lib', '.ts').flatMap((file) => importsOf(file, read(file)));

  test('has imports to judge', () => {
    expect(imports.length).toBeGreaterThan(100);
  });

  test('imports point down the layers, and never from one feature to another', () => {
    expect(layerFaults(imports)).toEqual([]);
  });

  test('no file reaches itself', () => {
    expect(cycles(imports)).toEqual([]);
  });

  test('no application loads the kit for tests by another door', () => {
    const ways = imports.filter(({ from, to }) => isOfKit(to) && !isOfKit(from));
    expect(new Set(ways.map(({ from }) => from))).toEqual(new Set(['lib/testing.ts']));
  });

  test('no server loads the command line', () => {
    const packages = ['commander', '@clack/prompts'];
    expect(waysToPackages('lib/cli/main.ts', packages, imports)).toHaveLength(2);
    for (const door of ['index', 'oauth2', 'openapi', 'testing', 'commands']) {
      expect(waysToPackages(`lib/${door}.ts`, packages, imports)).toEqual([]);
    }
    const ways = imports.filter(({ to }) => to.startsWith('lib/commands/'));
    const outside = ways.filter(({ from }) => !/^lib\/(commands|cli)(\/|\.ts)/.test(from));
    expect(outside).toEqual([]);
  });

  test('every package that is imported is declared', () => {
    expect(undeclaredPackages(imports, declaredPackages())).toEqual([]);
  });

  test('an application without OAuth2 loads nothing that only OAuth2 needs', () => {
    const packages = ['jose', 'openid-client'];
    expect(waysToPackages('lib/oauth2.ts', packages, imports)).toHaveLength(2);
    expect(waysToPackages('lib/index.ts', packages, imports)).toEqual([]);
  });

  test('an application without the mailer loads no nodemailer', () => {
    expect(waysToPackages('lib/mail.ts', ['nodemailer'], imports)).toHaveLength(1);
    expect(waysToPackages('lib/index.ts', ['nodemailer'], imports)).toEqual([]);
  });
});

describe('the rules bite', () => {
  const importsIn = (files: Record<string, string>) =>
    Object.entries(files).flatMap(([file, text]) => importsOf(file, text));

  test.each([
    ['lib/common/a.ts', `import { b } from '../users/b.js'`, 'that is upwards'],
    ['lib/users/a.ts', `import type { B } from '../authentication/b.js'`, 'that is upwards'],
    ['lib/users/a.ts', `import { roleKey } from '../roles/role-name.js'`, 'that is upwards'],
    ['lib/authentication/a.ts', `export * from '../authorization/b.js'`, 'that is upwards'],
    ['lib/features/feature.ts', `import './auth/auth.options.js'`, 'that is upwards'],
    ['lib/features/auth/a.ts', `type A = import('../../module/plan.js').Plan`, 'that is upwards'],
    ['lib/features/auth/a.ts', `await import('../registration/b.js')`, 'that is another feature'],
    ['lib/module/users.module.ts', `import { b } from '../index.js'`, 'the front door is for hosts'],
    ['lib/module/features.ts', `import type { B } from '../oauth2.js'`, 'the front door is for hosts'],
    ['lib/index.ts', `export * from './oauth2.js'`, 'the front door is for hosts'],
    ['lib/helpers/a.ts', `import { b } from '../common/b.js'`, 'one of them stands in no layer'],
  ])('%s: %s', (file, text, fault) => {
    expect(layerFaults(importsOf(file, text))).toEqual([expect.stringMatching(`: ${fault}$`)]);
  });

  test('a way down, a way aside and a way to a package are no faults', () => {
    const text = `
      import { a } from '../../users/a.js';
      import { b } from './b.js';
      import { c } from '../feature.js';
      import { Module } from '@nestjs/common';
    `;
    expect(layerFaults(importsOf('lib/features/auth/a.ts', text))).toEqual([]);
  });

  test('a cycle is told once, also one of types', () => {
    const circle = {
      'lib/common/a.ts': `import { type A, b } from './b.js'`,
      'lib/common/b.ts': `export { c } from './c.js'`,
      'lib/common/c.ts': `import type { A } from './a.js'`,
    };
    expect(cycles(importsIn(circle))).toEqual([
      'lib/common/a.ts -> lib/common/b.ts -> lib/common/c.ts -> lib/common/a.ts',
    ]);
    expect(cycles(importsIn({ ...circle, 'lib/common/c.ts': '' }))).toEqual([]);
  });

  test('a package is reached through files and by its subpaths, and not by type-only imports', () => {
    const door = {
      'lib/index.ts': `export { a } from './common/a.js'`,
      'lib/common/a.ts': `import { b } from '../users/b.js'`,
      'lib/users/b.ts': `import { jwtVerify } from 'jose/jwt/verify'`,
    };
    const ways = (files: Record<string, string>) =>
      waysToPackages('lib/index.ts', ['jose'], importsIn(files));
    expect(ways(door)).toEqual(['lib/index.ts -> lib/common/a.ts -> lib/users/b.ts -> jose']);
    expect(ways({ ...door, 'lib/common/a.ts': `await import('../users/b.js')` })).toHaveLength(1);
    expect(ways({ ...door, 'lib/common/a.ts': `import type { B } from '../users/b.js'` })).toEqual([]);
    expect(ways({ ...door, 'lib/users/b.ts': `import type { JWTPayload } from 'jose'` })).toEqual([]);
  });

  test('a package that is not declared', () => {
    const text = `import 'node:fs'; import '@nestjs/common/x.js'; import express from 'express'; import 'fs'`;
    expect(undeclaredPackages(importsOf('lib/common/a.ts', text), ['@nestjs/common'])).toEqual([
      'lib/common/a.ts imports express, which package.json does not declare',
      'lib/common/a.ts imports fs, which package.json does not declare',
    ]);
  });
});
