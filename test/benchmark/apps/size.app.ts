import { type INestApplication, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { UsersModule } from 'nestjs-users';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { addUserAndLogIn } from './login.js';
import { addMembers } from './many-members.js';
import { Member, Role } from './member.entity.js';

interface Variant {
  database: DataSourceOptions;
  /** How many there are, the one who logs in among them. */
  users: number;
}

const { database, users } = JSON.parse(process.argv[4]) as Variant;

@Module({
  imports: [
    TypeOrmModule.forRoot({ ...database, autoLoadEntities: true, synchronize: true }),
    UsersModule.forRoot({
      secret: 'Cij2K7-Mqf4PA_RaUWAlFl9vlRDGsDz2ZA1aswBLEWEs',
      entities: { user: Member, role: Role },
      requireVerification: false,
      limits: false,
      // What is slow is to be measured, not refused.
      databaseTimeoutSeconds: 60,
      auth: {},
      registration: {},
      currentUser: {},
      userManagement: {},
    }),
  ],
})
export class AppModule {}

export async function seed(app: INestApplication): Promise<Record<string, string>> {
  await addMembers(app.get(DataSource), users - 1);
  return addUserAndLogIn(app, 'jwt', { isSuperuser: true });
}
