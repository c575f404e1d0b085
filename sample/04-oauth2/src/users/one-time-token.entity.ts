import { BaseOneTimeToken } from 'nestjs-users';
import { Entity } from 'typeorm';

/** What makes every login by a provider work once. */
@Entity('one_time_tokens')
export class OneTimeToken extends BaseOneTimeToken {}
