import { HttpException, Injectable, Logger } from '@nestjs/common';
import { Background, stackOf } from '../common/background.js';

/** Runs a host's hooks by the rules that {@link UsersHooks} states. */
@Injectable()
export class HookRunner {
  private readonly logger = new Logger('UsersModule');

  constructor(private readonly background: Background) {}

  /** What the route answers because the hook refused; `undefined` if it did not. */
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

  /** After the change is stored: nothing that the hook does takes it back. */
  async after(name: string, hook: () => unknown): Promise<void> {
    try {
      await hook();
    } catch (error) {
      this.logger.error(`${name} failed`, stackOf(error));
    }
  }

  /** Once the answer is on its way. */
  later(name: string, hook: () => unknown): void {
    this.background.run(name, hook);
  }
}
