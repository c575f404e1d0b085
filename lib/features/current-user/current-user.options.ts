import type { Type } from '@nestjs/common';
import { type FreshLoginWindow, resolveFreshLogin } from '../../authentication/reauthentication.js';
import { ConfigurationError } from '../../common/configuration-error.js';
import type { LoadOptions } from '../../users/load-options.js';
import type { BaseUser } from '../../users/user.entity.js';
import { FEATURE_KINDS, type FeatureOptions, type OptionKinds, type SettingsContext } from '../feature.js';

/** The logged-in user: `GET {path}` and `PATCH {path}`, and with `deletion` `DELETE {path}`. */
export interface CurrentUserOptions<User extends BaseUser = BaseUser> extends FeatureOptions {
  /**
   * The path of the routes: `GET {path}` and `PATCH {path}`.
   * @default 'users/me'
   */
  path?: string;
  /**
   * [Relations](../../../docs/relations.md) of the user in the answers.
   * @default none
   */
  loadOptions?: LoadOptions<NoInfer<User>>;
  /**
   * The DTO class that shows the user.
   * @default dtos.read
   */
  readDto?: Type;
  /**
   * The DTO class of what users may change of themselves.
   * @default dtos.update
   */
  updateDto?: Type;
  /**
   * How recent a login must be, in seconds, to set a new password or a new address, or to delete oneself. An older
   * login needs `currentPassword` in the body. `false` asks for neither.
   * @default 600
   */
  freshLoginSeconds?: FreshLoginWindow;
  /**
   * Registers `DELETE {path}`, by which users [delete themselves](../../../docs/features/current-user.md#deletion-of-ones-own-account).
   * @default false
   */
  deletion?: boolean;
  /**
   * When a [new address](../../../docs/features/current-user.md#a-new-address) becomes the user's. `'confirmed'`: when
   * somebody uses the token that is mailed to it. `'immediate'`: at once, and not verified. In both cases the old address
   * gets a notice. `false`: users can't change their address, and the answer is `403`.
   * @default `'confirmed'` with `requireVerification` and the feature `verification`, else `'immediate'`
   */
  emailChange?: 'confirmed' | 'immediate' | false;
  /**
   * With `requireVerification`, a user who is not verified can change only their own address. `true` forbids that change,
   * too.
   * @default false
   */
  strictVerification?: boolean;
}

export const CURRENT_USER_KINDS: OptionKinds<CurrentUserOptions, CurrentUserSettings> = {
  ...FEATURE_KINDS,
  loadOptions: 'plan',
  readDto: 'plan',
  updateDto: 'plan',
  deletion: 'flag',
  strictVerification: 'flag',
  freshLoginSeconds: 'setting',
  emailChange: 'setting',
};

/** What a factory may give, with every default in place. */
export interface CurrentUserSettings {
  freshLoginSeconds: FreshLoginWindow;
  emailChange: 'confirmed' | 'immediate' | false;
}
export const CURRENT_USER_SETTINGS = Symbol('nestjs-users: settings of currentUser');

/** @throws {ConfigurationError} */
export function resolveCurrentUser(
  declared: CurrentUserOptions,
  given: Partial<CurrentUserSettings>,
  { requireVerification, concealsExisting, open }: SettingsContext,
): CurrentUserSettings {
  const options = { ...declared, ...given };
  const canConfirm = open.includes('verification');
  const { emailChange = requireVerification && canConfirm ? 'confirmed' : 'immediate' } = options;
  if (![false, 'confirmed', 'immediate'].includes(emailChange)) {
    throw new ConfigurationError("currentUser.emailChange must be 'confirmed', 'immediate' or false.");
  }
  if (emailChange === 'confirmed' && !canConfirm) {
    throw new ConfigurationError(
      "currentUser.emailChange 'confirmed' needs the feature verification, whose route takes the mailed token.",
    );
  }
  if (emailChange === 'immediate' && concealsExisting) {
    throw new ConfigurationError(
      "registration.concealExisting is of no use beside currentUser.emailChange 'immediate', which tells which addresses are taken; make it 'confirmed'.",
    );
  }
  const freshLoginSeconds = resolveFreshLogin('currentUser.freshLoginSeconds', options.freshLoginSeconds);
  return { freshLoginSeconds, emailChange };
}
