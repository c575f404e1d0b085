import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Mailer, MAILER } from '../accounts/mailer.js';
import { Background } from '../common/background.js';

/** Opens the mailer at boot, and closes it when the last mail has left. */
@Injectable()
export class MailerLife implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(MAILER) private readonly mailer: Mailer | undefined,
    private readonly background: Background,
  ) {}

  /** @throws {ConfigurationError} */
  async onModuleInit(): Promise<void> {
    await this.mailer?.open();
  }

  async onApplicationShutdown(): Promise<void> {
    if (!this.mailer) return;
    await this.background.onApplicationShutdown();
    this.mailer.close();
  }
}
