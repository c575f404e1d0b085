import { type DynamicModule, Module } from '@nestjs/common';
import { Mailer, ORIGIN } from './mailer.js';

@Module({ providers: [Mailer], exports: [Mailer] })
export class MailModule {
  static for(origin: string): DynamicModule {
    return { module: MailModule, providers: [{ provide: ORIGIN, useValue: origin }] };
  }
}
