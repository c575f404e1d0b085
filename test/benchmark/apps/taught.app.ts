import {
  Controller,
  Get,
  type INestApplication,
  Injectable,
  Module,
  Request,
  UnauthorizedException,
  UseGuards,
} from '@nestjs/common';
import { JwtModule, JwtService } from '@nestjs/jwt';
import { AuthGuard, PassportModule, PassportStrategy } from '@nestjs/passport';
import { getRepositoryToken, InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { Repository } from 'typeorm';
import { ADA, database, shown, User } from './user.entity.js';

// What https://docs.nestjs.com/recipes/passport teaches, with the user taken from the database.
const jwtConstants = { secret: 'a string, as the recipe has it, of more than 32 bytes' };

@Injectable()
class JwtStrategy extends PassportStrategy(Strategy) {
  constructor(@InjectRepository(User) private readonly users: Repository<User>) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      ignoreExpiration: false,
      secretOrKey: jwtConstants.secret,
    });
  }

  async validate({ sub }: { sub: string }): Promise<User> {
    const user = await this.users.findOneBy({ id: sub });
    if (!user) throw new UnauthorizedException();
    return user;
  }
}

@Injectable()
class JwtAuthGuard extends AuthGuard('jwt') {}

@Controller('users')
class UsersController {
  @UseGuards(JwtAuthGuard)
  @Get('me')
  me(@Request() request: { user: User }) {
    return shown(request.user);
  }
}

@Module({
  imports: [
    database(),
    TypeOrmModule.forFeature([User]),
    PassportModule,
    JwtModule.register({ secret: jwtConstants.secret, signOptions: { expiresIn: '1h' } }),
  ],
  controllers: [UsersController],
  providers: [JwtStrategy],
})
export class AppModule {}

export async function seed(app: INestApplication): Promise<Record<string, string>> {
  const users = app.get<Repository<User>>(getRepositoryToken(User));
  const { id, email } = await users.save({ ...ADA });
  const token = await app.get(JwtService).signAsync({ sub: id, username: email });
  return { authorization: `Bearer ${token}` };
}
