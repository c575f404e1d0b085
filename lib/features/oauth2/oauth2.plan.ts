import type { Type } from '@nestjs/common';
import type { OAuth2Options } from './oauth2.options.js';

/** What shapes the controllers, with every default in place. */
export interface OAuth2Plan extends OAuth2Options {
  path: string;
  authorizePath: string;
  callbackPath: string;
  tokenPath: string;
  associatePath: string;
  accountsPath: string;
  returnUser: boolean;
  readDto: Type;
}
