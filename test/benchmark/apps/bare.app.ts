import {
  Body,
  Controller,
  Get,
  HttpCode,
  type INestApplication,
  Module,
  Post,
  UnauthorizedException,
} from '@nestjs/common';
import { getRepositoryToken, InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import { hash, verify } from '@node-rs/argon2';
import { Repository } from 'typeorm';
import { ADA, database, PASSWORD, shown, User } from './user.entity.js';

/** The costs that nestjs-users has by default. `algorithm: 2` is argon2id. */
const ARGON2ID = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const known = { id: '', hash: '' };

/** The work alone, without anything around it: the same look-up, the same hash. */
@Controller()
class BareController {
  constructor(@InjectRepository(User) private readonly users: Repository<User>) {}

  @Get('users/me')
  async me() {
    const user = await this.users.findOneBy({ id: known.id });
    return user && shown(user);
  }

  @Post('auth/jwt/login')
  @HttpCode(200)
  async login(@Body() body: { password: string }) {
    if (!(await verify(known.hash, body.password))) throw new UnauthorizedException();
    return { token_type: 'bearer' };
  }
}

@Module({
  imports: [database(), TypeOrmModule.forFeature([User])],
  controllers: [BareController],
})
export class AppModule {}

/** @returns no headers: anybody may ask */
export async function seed(app: INestApplication): Promise<Record<string, string>> {
  const users = app.get<Repository<User>>(getRepositoryToken(User));
  known.id = (await users.save({ ...ADA })).id;
  known.hash = await hash(PASSWORD, ARGON2ID);
  return {};
}
