import { Inject, Injectable, type OnModuleInit, Optional } from '@nestjs/common';
import type { Repository } from 'typeorm';
import type { BaseSession } from './authentication/sessions/session.entity.js';
import { SESSION_ENTITY_REPOSITORY } from './authentication/sessions/sessions.repository.js';
import { ConfigurationError } from './common/configuration-error.js';
import { hasPlainId, isUniqueColumn, missingColumn, ownerFault } from './common/entity-metadata.js';
import type { BaseUser } from './users/user.entity.js';
import { USER_ENTITY_REPOSITORY } from './users/users.settings.js';

const COLUMNS = [
  ...['id', 'tokenHash', 'tokenVersion', 'createdAt', 'lastUsedAt', 'expiresAt', 'userAgent', 'ip'],
];

/** What can be checked of the session entity only once it exists. Each fault stops the boot with one sentence. */
@Injectable()
export class SessionChecks implements OnModuleInit {
  constructor(
    @Inject(USER_ENTITY_REPOSITORY) private readonly users: Repository<BaseUser>,
    @Optional()
    @Inject(SESSION_ENTITY_REPOSITORY)
    private readonly sessions?: Repository<BaseSession>,
  ) {}

  onModuleInit(): void {
    if (!this.sessions) return;
    const { metadata } = this.sessions;
    const missing = missingColumn(metadata, COLUMNS);
    if (missing !== undefined) {
      refuse(`${metadata.name} has no column ${missing}; extend UuidSession or IntSession, or add it`);
    }
    if (!isUniqueColumn(metadata, 'tokenHash')) refuse(`${metadata.name}.tokenHash needs a unique index`);
    if (!hasPlainId(metadata)) {
      refuse(`the primary key of ${metadata.name} must be one column id, a UUID or an integer`);
    }
    if (metadata.findColumnWithPropertyName('tokenHash')?.isSelect) {
      refuse(`the column tokenHash of ${metadata.name} must have select: false`);
    }
    const fault = ownerFault(metadata, this.users.metadata);
    if (fault !== undefined) refuse(fault);
  }
}

function refuse(sentence: string): never {
  throw new ConfigurationError(`entities.session: ${sentence}.`);
}
