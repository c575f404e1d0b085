import { Inject, Injectable, type OnModuleInit, Optional } from '@nestjs/common';
import type { Repository } from 'typeorm';
import type { BaseSession } from '../../authentication/sessions/session.entity.js';
import { SESSION_ENTITY_REPOSITORY } from '../../authentication/sessions/sessions.repository.js';
import { ConfigurationError } from '../../common/configuration-error.js';
import {
  columnOf,
  isUniqueColumn,
  missingColumn,
  ownerFault,
  primaryKeyFault,
} from '../../database/entity-metadata.js';
import { requiredColumns } from '../../users/required-columns.js';
import { type BaseUser, USER_ENTITY_REPOSITORY } from '../../users/user.entity.js';

const COLUMNS = [
  ...['id', 'tokenHash', 'tokenVersion', 'createdAt', 'lastUsedAt', 'expiresAt', 'userAgent', 'ip'],
];

/** Checks that need the session entity. Each fault stops the boot with one sentence. */
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
    const keyFault = primaryKeyFault(metadata);
    if (keyFault !== undefined) refuse(keyFault);
    if (columnOf(metadata, 'tokenHash')?.isSelect) {
      refuse(`the column tokenHash of ${metadata.name} must have select: false`);
    }
    const [required] = requiredColumns(this.sessions, COLUMNS);
    if (required !== undefined) {
      refuse(
        `${metadata.name} needs ${required}, which the library does not write; give the column a default, or make it nullable`,
      );
    }
    const fault = ownerFault(metadata, this.users.metadata);
    if (fault !== undefined) refuse(fault);
  }
}

function refuse(sentence: string): never {
  throw new ConfigurationError(`entities.session: ${sentence}.`);
}
