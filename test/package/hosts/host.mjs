import { fileURLToPath } from 'node:url';
import * as common from '@nestjs/common';
import * as core from '@nestjs/core';
import * as nestTypeorm from '@nestjs/typeorm';
import * as users from 'nestjs-users';
import * as oauth2 from 'nestjs-users/oauth2';
import * as typeorm from 'typeorm';
import exercise from './exercise.cjs';

const origins = ['nestjs-users', 'nestjs-users/oauth2', 'nestjs-users/schemes', 'nestjs-users/testing'].map(
  (name) => fileURLToPath(import.meta.resolve(name)),
);
await exercise(origins, { common, core, nestTypeorm, typeorm, users, oauth2 });
