import { Inject, Injectable } from '@nestjs/common';
import type { Identity } from '../../authentication/backend.js';
import { replaceToken } from '../../authentication/replace-token.js';
import { Reauthentication } from '../../authentication/reauthentication.js';
import type { HttpRequest, HttpResponse } from '../../common/http.js';
import { InvalidBodyError, NotAllowedError } from '../../common/users-error.js';
import { definedFields } from '../../common/defined-fields.js';
import { cappedLimit } from '../../users/pages/users-query.js';
import type { BaseUser } from '../../users/user.entity.js';
import { isChanged, normalizeFields, type UserFields } from '../../users/user-fields.js';
import type { LoadOptions } from '../../users/load-options.js';
import type { AdminCreateDto, AdminUpdateDto } from '../../users/users.dto.js';
import { Limits } from '../../users/limits/limits.js';
import { SelfDeletionError, UserInactiveError } from '../../users/users.errors.js';
import { UsersService } from '../../users/users.service.js';
import { USERS_SETTINGS, type UsersSettings } from '../../users/users.settings.js';
import type { ListUsersDto } from './list-users.dto.js';
import {
  CAN_INVITE,
  USER_MANAGEMENT_SETTINGS,
  type UserManagementSettings,
} from './user-management.options.js';

/** What administrators do to users, as far as they may. */
@Injectable()
export class UserManagementService {
  constructor(
    private readonly users: UsersService,
    private readonly reauthentication: Reauthentication,
    @Inject(USERS_SETTINGS) private readonly settings: UsersSettings,
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
    const { currentPassword, isVerified, isActive, invite = false, ...fields } = definedFields(body);
    if (invite) await this.requireInvitable(body, request);
    if (fields.isSuperuser) await this.grantSuperuser(identity, request, currentPassword);
    const user = await this.users.addUser(fields, { verify: isVerified, activate: isActive });
    if (invite) this.users.invite(user, this.own.invitationLifetimeSeconds, request);
    return user;
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
      await this.reauthentication.require(identity, request, this.own.requireFreshLogin, currentPassword);
    }

    const updated = await this.users.updateUser(target, changes, request);
    const isOwnPassword = changes.password !== undefined && updated.id === identity.user.id;
    if (isOwnPassword && updated.isActive) await replaceToken(identity, updated, request, response);
    return updated;
  }

  async remove(identity: Identity, target: BaseUser, request: HttpRequest): Promise<void> {
    if (target.id === identity.user.id) throw new SelfDeletionError();
    await this.users.deleteUser(target, request);
  }

  /** Before anything is stored: a mail that may not go out would leave a user whom nobody has told. */
  private async requireInvitable({ email, isActive }: AdminCreateDto, request: HttpRequest): Promise<void> {
    if (!this.canInvite) throw new NoInvitationsError();
    if (isActive === false) throw new UserInactiveError();
    const { email: address } = normalizeFields({ email }, this.settings);
    await this.limits.mail(address, request);
  }

  private isSensitive(changes: UserFields, target: BaseUser): boolean {
    const { identifier } = this.settings;
    return changes.password !== undefined || isChanged(changes, target, ['email', identifier]);
  }

  private async grantSuperuser(
    identity: Identity,
    request: HttpRequest,
    currentPassword?: string,
  ): Promise<void> {
    if (!identity.user.isSuperuser) throw new NotAllowedError();
    await this.reauthentication.require(identity, request, this.own.requireFreshLogin, currentPassword);
  }
}

/** Nobody could use the token. */
class NoInvitationsError extends InvalidBodyError {
  constructor() {
    super([{ loc: ['body', 'invite'], msg: 'There is no reset of passwords here.', type: 'unavailable' }]);
  }
}

/** Two ways to say where a page begins. */
class PageAndCursorError extends InvalidBodyError {
  constructor() {
    super([{ loc: ['query', 'page'], msg: 'Send a page or a cursor, not both.', type: 'page' }]);
  }
}
