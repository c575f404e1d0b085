// For the tests of an application. Nothing that an application runs in production imports this.
export { actingAs, type ActingAsOptions, type RunningApplication } from './testing/acting-as.js';
export { captureMails, type CapturedMail, type CapturedToken, type Outbox } from './testing/outbox.js';
export { settled } from './common/background.js';
export { travel } from './testing/travel.js';
export { cheapHashes, withCheapHashes } from './testing/cheap-hashes.js';
export { fakeCurrentUser, type FakeUser } from './testing/fake-current-user.js';
export { fakeGuard } from './testing/fake-guard.js';
export type { ModuleBuilder } from './testing/module-builder.js';
export {
  type FakeAccount,
  type FakeLoginOptions,
  fakeProvider,
  type FakeProvider,
} from './testing/fake-provider.js';
