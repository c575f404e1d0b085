import { Inject, Injectable } from '@nestjs/common';
import { isSameId } from '../../database/entity-id.js';
import type { Identity } from '../../authentication/backend.js';
import { replaceToken } from '../../authentication/replace-token.js';
import { Reauthentication } from '../../authentication/reauthentication.js';
import { Authority, type Change } from '../../authorization/authority.js';
import type { HttpRequest, HttpResponse } from '../../common/http.js';
import { InvalidBodyError, NotAllowedError } from '../../common/users-error.js';
import { andThen } from '../../common/late-write.js';
import { definedFields } from '../../common/defined-fields.js';
import { cappedLimit } from '../../users/pages/users-query.js';
import type { BaseUser } from '../../users/user.entity.js';
import { isChanged, normalizeFields, type UserFields, withoutInternal } from '../../users/user-fields.js';
import type { LoadOptions } from '../../users/load-options.js';
import type { AdminCreateDto, AdminUpdateDto } from '../../users/users.dto.js';
import { Limits } from '../../accounts/limits/limits.js';
import { SelfDeletionError, UserInactiveError } from '../../users/users.errors.js';
import { UsersService } from '../../accounts/users.service.js';
import { ACCOUNTS_SETTINGS, type AccountsSettings } from '../../accounts/accounts.settings.js';
import type { ListUsersDto } from './list-users.dto.js';
import {
  CAN_INVITE,
  USER_MANAGEMENT_SETTINGS,
  type UserManagementSettings,
} from './user-management.options.js';

/** The operations of administrators on users, with their checks. */
@Injectable()
export class UserManagementService {
  constructor(
    private readonly users: UsersService,
    private readonly reauthentication: Reauthentication,
    private readonly authority: Authority,
    @Inject(ACCOUNTS_SETTINGS) private readonly settings: AccountsSettings,
    private readonly limits: Limits,
    @Inject(CAN_INVITE) private readonly canInvite: boolean,
    @Inject(USER_MANAGEMENT_SETTINGS) private readonly own: UserManagementSettings,
  ) {}

  async list({ page, count, cursor, ...query }: ListUsersDto, load?: LoadOptions) {
    if (page !== undefined && cursor !== undefined) throw new PageAndCursorError();
    if (page === undefined && !count) return this.users.listUsers({ ...query, cursor }, { load });

    const limit = cappedLimit(query.limit);
    const offset = ((page ?? 1) - 1) * limit;
    const [items, total] = await this.users.listAndCountUsers({ ...query, limit, offset }, { load });
    if (page !== undefined) return { items, next: null, ...(count && { total }) };
    return { ...(await this.users.listUsers({ ...query, cursor }, { load })), total };
  }

  async create(identity: Identity, body: AdminCreateDto, request: HttpRequest): Promise<BaseUser> {
    const {
      currentPassword,
      isVerified,
      isActive,
      invite = false,
      ...fields
    } = withoutInternal(definedFields(body));
    if (invite) await this.requireInvitable(body, request);
    if (fields.isSuperuser) await this.grantSuperuser(identity, request, currentPassword);
    const how = { verify: isVerified, activate: isActive, preconditions: this.authority.over(identity) };
    return andThen(this.users.addUser(fields, how), (user) => {
      if (invite) this.users.mailInvitation(user, this.own.invitationLifetimeSeconds, request);
      return user;
    });
  }

  async update(
    identity: Identity,
    target: BaseUser,
    body: AdminUpdateDto,
    request: HttpRequest,
    response: HttpResponse,
  ): Promise<BaseUser> {
    const { currentPassword, ...wanted } = definedFields(body);
    const changes: UserFields = normalizeFields(wanted, this.settings);
    if (changes.isSuperuser && !target.isSuperuser) {
      await this.grantSuperuser(identity, request, currentPassword);
    } else if (this.isSensitive(changes, target)) {
      await this.reauthentication.require(identity, request, this.own.freshLoginSeconds, currentPassword);
    }

    const preconditions = this.authority.over(identity, this.changeOf(target));
    const updated = await this.users.updateUser(target, changes, request, preconditions);
    const isOwnPassword = changes.password !== undefined && isSameId(updated.id, identity.user.id);
    if (isOwnPassword && updated.isActive) await replaceToken(identity, request, response);
    return updated;
  }

  async remove(identity: Identity, target: BaseUser, request: HttpRequest): Promise<void> {
    if (isSameId(target.id, identity.user.id)) throw new SelfDeletionError();
    await this.users.deleteUser(target, request, this.authority.over(identity, this.changeOf(target)));
  }

  private changeOf(target: BaseUser): Change {
    return { target, coversRoles: this.settings.hasRoles };
  }

  /**
   * Checks before the user is stored. If the mail could not be sent afterwards, the user would exist without an
   * invitation.
   */
  private async requireInvitable({ email, isActive }: AdminCreateDto, request: HttpRequest): Promise<void> {
    if (!this.canInvite) throw new NoInvitationsError();
    if (isActive === false) throw new UserInactiveError();
    const { email: address } = normalizeFields({ email }, this.settings);
    await this.limits.mail(address, request);
  }

  private isSensitive(changes: UserFields, target: BaseUser): boolean {
    return (
      changes.password !== undefined || isChanged(changes, target, ['email', ...this.settings.identifiers])
    );
  }

  private async grantSuperuser(
    identity: Identity,
    request: HttpRequest,
    currentPassword?: string,
  ): Promise<void> {
    if (!identity.user.isSuperuser) throw new NotAllowedError();
    await this.reauthentication.require(identity, request, this.own.freshLoginSeconds, currentPassword);
  }
}

/** An invitation needs the reset of passwords, which is not registered. */
class NoInvitationsError extends InvalidBodyError {
  constructor() {
    super([
      {
        loc: ['body', 'invite'],
        msg: 'Invitations are not available, because passwords cannot be reset here.',
        type: 'unavailable',
      },
    ]);
  }
}

/** The query has both ways to choose a page. */
class PageAndCursorError extends InvalidBodyError {
  constructor() {
    super([{ loc: ['query', 'page'], msg: 'Send a page or a cursor, not both.', type: 'page' }]);
  }
}
