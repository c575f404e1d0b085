import { fileURLToPath } from 'node:url';
import * as common from '@nestjs/common';
import * as core from '@nestjs/core';
import * as nestTypeorm from '@nestjs/typeorm';
import * as users from 'nestjs-users';
import * as mail from 'nestjs-users/mail';
import * as oauth2 from 'nestjs-users/oauth2';
import * as typeorm from 'typeorm';
import exercise from './exercise.cjs';

const origins = ['', '/mail', '/oauth2', '/schemes', '/testing'].map((door) =>
  fileURLToPath(import.meta.resolve(`nestjs-users${door}`)),
);
await exercise(origins, { common, core, nestTypeorm, typeorm, users, mail, oauth2 });
