import { fileURLToPath } from 'node:url';
import * as common from '@nestjs/common';
import * as core from '@nestjs/core';
import * as nestTypeorm from '@nestjs/typeorm';
import * as users from 'nestjs-users';
import * as typeorm from 'typeorm';
import exercise from './exercise.cjs';

const origin = fileURLToPath(import.meta.resolve('nestjs-users'));
await exercise(origin, { common, core, nestTypeorm, typeorm, users });
