import { Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  InvalidPasswordError,
  UsersModule,
  UsersService,
  UuidRole,
  UuidSession,
  UuidUser,
} from 'nestjs-users';
import {
  Column,
  type DataSourceOptions,
  Entity,
  JoinTable,
  ManyToMany,
  ManyToOne,
  type Relation,
} from 'typeorm';

@Entity('roles')
export class Role extends UuidRole {}

@Entity('users')
export class User extends UuidUser {
  @Column({ type: 'varchar', length: 20, nullable: true })
  fullName!: string | null;

  @Column({ type: 'integer', default: 0 })
  points!: number;

  @ManyToMany(() => Role)
  @JoinTable({ name: 'user_roles' })
  roles!: Relation<Role[]>;
}

@Entity('sessions')
export class Session extends UuidSession {
  @ManyToOne(() => User, { onDelete: 'CASCADE', nullable: false })
  user!: Relation<User>;
}

@Injectable()
export class AppUsersService extends UsersService<User> implements OnApplicationShutdown {
  override validatePassword(password: string) {
    if (password.includes('example')) throw new InvalidPasswordError('A password has no "example".');
  }

  override sendVerificationToken(user: User) {
    console.log(`A mail to ${user.email}`);
  }

  onApplicationShutdown() {
    console.log('The application is closed.');
  }
}

const { DATABASE, SECRET } = process.env;

@Module({
  imports: [
    TypeOrmModule.forRoot({
      ...(JSON.parse(DATABASE ?? '{}') as DataSourceOptions),
      entities: [User, Role, Session],
      retryAttempts: 0,
    }),
    UsersModule.forRoot({
      secret: SECRET!,
      entities: { user: User, role: Role, session: Session },
      service: AppUsersService,
      passwords: { argon2id: { memoryKibibytes: 64, passes: 1 } },
      auth: {},
      verification: {},
    }),
  ],
})
export class AppModule {
  constructor() {
    console.log(`The application prints, with NESTJS_USERS_CLI=${process.env.NESTJS_USERS_CLI}`);
  }
}
