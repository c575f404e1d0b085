import { setTimeout as delay } from 'node:timers/promises';
import type { BaseUser } from 'nestjs-users';
import { AppUsersService } from './outbox.js';

/** Mails as a slow server does, and tells the test, which outlives it. */
class SlowMailService extends AppUsersService {
  override async sendPasswordResetToken({ email }: BaseUser): Promise<void> {
    await delay(700);
    process.send?.(email);
  }
}

/** Every hook fails, each time in another way. */
class FailingService extends AppUsersService {}

const HOOKS = [
  ...['preLoginHook', 'postLoginHook', 'postLogoutHook', 'preRegistrationHook', 'postRegistrationHook'],
  ...['postVerificationHook', 'postPasswordResetHook', 'preUpdateHook', 'postUpdateHook', 'preDeleteHook'],
  ...['postDeleteHook', 'validatePassword', 'sendVerificationToken', 'sendPasswordResetToken'],
  ...['sendEmailChangeNotice', 'sendRegistrationAttempt'],
];

function raise(thrown: unknown): never {
  throw thrown;
}

const nothing = () => undefined;
const WAYS: (() => unknown)[] = [
  () => raise(new Error('planted')),
  nothing,
  () => raise(Object.create(null)),
  nothing,
  () => raise(undefined),
  () => delay(10).then(() => raise(new Error('planted: late'))),
  nothing,
  () => new Promise(nothing),
  // oxlint-disable-next-line unicorn/no-thenable -- what hooks return may be anything
  () => ({ then: () => raise(new Error('planted: when it is awaited')) }),
];

for (const hook of HOOKS) {
  let calls = HOOKS.indexOf(hook);
  const fail = () => WAYS[calls++ % WAYS.length]?.();
  Object.defineProperty(FailingService.prototype, hook, { value: fail });
}

/** The services of hosts that a process may have. */
export const SERVICES = {
  plain: AppUsersService,
  'slow-mail': SlowMailService,
  failing: FailingService,
} as const;
export type ServiceName = keyof typeof SERVICES;
