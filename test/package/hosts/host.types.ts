import { Controller, Get, Module, UseGuards } from '@nestjs/common';
import { Authenticated, CurrentUser, UsersModule, UsersService, UuidUser } from 'nestjs-users';
import { Column, Entity } from 'typeorm';

@Entity()
class User extends UuidUser {
  @Column()
  fullName!: string;
}

class AppUsersService extends UsersService<User> {
  override postRegistrationHook(user: User) {
    return user.fullName.length;
  }
}

@Controller('reports')
@UseGuards(Authenticated({ verified: false }))
class ReportsController {
  @Get()
  list(@CurrentUser() user: User) {
    return user.fullName;
  }
}

@Module({
  imports: [
    UsersModule.forRoot({ secret: 'a', entities: { user: User }, service: AppUsersService, auth: {} }),
    UsersModule.forRootAsync({ entities: { user: User }, useFactory: () => ({ secret: 'a' }) }),
    // @ts-expect-error -- types that had fallen back to `any` would take this
    UsersModule.forRoot({ entities: { user: User } }),
  ],
  controllers: [ReportsController],
})
export class AppModule {}
