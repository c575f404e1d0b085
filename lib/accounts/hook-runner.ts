import { HttpException, Injectable, Logger } from '@nestjs/common';
import { Background, stackOf } from '../common/background.js';

/** Runs a host's hooks by the rules in {@link UsersHooks}. */
@Injectable()
export class HookRunner {
  private readonly logger = new Logger('UsersModule');

  constructor(private readonly background: Background) {}

  /** The error to answer with if the hook refused; `undefined` if it did not. */
  async refusal(
    name: string,
    hook: () => unknown,
    refuse: (cause: unknown) => Error,
  ): Promise<Error | undefined> {
    try {
      await hook();
      return undefined;
    } catch (error) {
      if (error instanceof HttpException) return error;
      this.logger.error(`${name} failed`, stackOf(error));
      return refuse(error);
    }
  }

  async refuseBy(name: string, hook: () => unknown, refuse: (cause: unknown) => Error): Promise<void> {
    const refusal = await this.refusal(name, hook, refuse);
    if (refusal) throw refusal;
  }

  /** Runs a hook after the change is stored. A failure of the hook is logged and does not undo the change. */
  async after(name: string, hook: () => unknown): Promise<void> {
    try {
      await hook();
    } catch (error) {
      this.logger.error(`${name} failed`, stackOf(error));
    }
  }

  /** Runs a hook after the answer, at a random moment, because the existence of the work is a secret. */
  later(name: string, hook: () => unknown): void {
    this.background.runUnseen(name, hook);
  }
}
