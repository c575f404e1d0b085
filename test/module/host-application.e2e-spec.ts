import {
  type CanActivate,
  ClassSerializerInterceptor,
  Controller,
  ForbiddenException,
  Get,
  HttpException,
  Inject,
  Injectable,
  Module,
  SetMetadata,
  type Type,
  UseGuards,
  ValidationPipe,
  VersioningType,
  Catch,
  type ArgumentsHost,
} from '@nestjs/common';
import { BaseExceptionFilter, HttpAdapterHost, Reflector } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import {
  Authenticated,
  LoginDto,
  RegisterDto,
  UserReadDto,
  UsersRepository,
  UsersService,
} from 'nestjs-users';
import { AppUsersService } from '../support/outbox.js';
import { onEachHost, PASSWORD } from '../support/host.js';

const ADA = { email: 'ada@example.com', password: PASSWORD };

@Injectable()
class RefuseEverybody implements CanActivate {
  canActivate(): boolean {
    throw new ForbiddenException('closed for the season');
  }
}

onEachHost((boot) => {
  test('a global prefix and versions act on our routes', async () => {
    const { api, addUser } = await boot({
      prepare(app) {
        app.setGlobalPrefix('api');
        app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
      },
    });
    await addUser();
    const { body } = await api.post('/api/v1/auth/jwt/login', ADA).expect(200);
    await api.as(body.access_token).get('/api/v1/users/me').expect(200);
    await api.post('/auth/jwt/login', ADA).expect(404);
    const broken = await api.post('/api/v1/auth/register', '{"password":"planted-in-broken').expect(400);
    expect(broken.text).not.toContain('planted');
  });

  test.each([
    [
      'strict',
      {
        whitelist: true,
        forbidNonWhitelisted: true,
        validateCustomDecorators: true,
        transform: true,
        errorHttpStatusCode: 418,
      },
    ],
    [
      'lax',
      {
        skipMissingProperties: true,
        transform: true,
        transformOptions: { enableImplicitConversion: true },
        validateCustomDecorators: true,
      },
    ],
  ] as const)('a host’s %s ValidationPipe neither weakens nor breaks our validation', async (_, settings) => {
    const { api, addUser } = await boot({
      prepare: (app) => app.useGlobalPipes(new ValidationPipe(settings)),
    });
    await addUser();
    await api.post('/auth/jwt/login', { ...ADA, unknown: 1 }).expect(200);
    await api
      .post('/auth/register', { email: 'bob@example.com', password: PASSWORD, unknown: 1 })
      .expect(201);
    await api.post('/auth/register', { email: 'bob@example.com' }).expect(422);
    await api.post('/auth/verify', { token: 7 }).expect(422);
  });

  test('a host’s interceptors, filters and serialiser act on our routes', async () => {
    @Catch(HttpException)
    class Teapots extends BaseExceptionFilter {
      override catch(error: HttpException, to: ArgumentsHost): void {
        super.catch(
          new HttpException({ teapot: (error.getResponse() as { detail: unknown }).detail }, 418),
          to,
        );
      }
    }
    const { api } = await boot({
      prepare(app) {
        app.useGlobalInterceptors(new ClassSerializerInterceptor(app.get(Reflector)));
        app.useGlobalFilters(new Teapots(app.get(HttpAdapterHost).httpAdapter));
      },
    });
    const { body } = await api.post('/auth/register', ADA).expect(201);
    expect(body).toMatchObject({ email: ADA.email, isActive: true });
    await api.post('/auth/forgot-password', { email: ADA.email }).expect(202, 'null');
    await api.post('/auth/register', ADA).expect(418, { teapot: 'REGISTER_USER_ALREADY_EXISTS' });
  });

  test('a feature takes guards, decorators, tags and a path', async () => {
    const { app, api } = await boot({
      registration: {
        path: 'join/us',
        guards: [RefuseEverybody],
        decorators: [SetMetadata('mark', 'of the host')],
        tags: ['accounts'],
      },
      passwordReset: { path: 'password', forgotPath: 'forgotten', resetPath: 'new' },
      verification: { path: 'mail', requestPath: 'again', verifyPath: 'confirm' },
      currentUser: { path: 'me' },
    });
    await api.post('/join/us', ADA).expect(403, /closed for the season/);
    await api.post('/password/forgotten', { email: ADA.email }).expect(202);
    await api
      .post('/password/new', { token: 'x', password: PASSWORD })
      .expect(400, /RESET_PASSWORD_BAD_TOKEN/);
    await api.post('/mail/again', { email: ADA.email }).expect(202);
    await api.post('/mail/confirm', { token: 'x' }).expect(400, /VERIFY_USER_BAD_TOKEN/);
    await api.get('/me').expect(401);

    const document = SwaggerModule.createDocument(app, new DocumentBuilder().build());
    expect(document.paths['/join/us']?.post?.tags).toEqual(['accounts']);
  });

  test('an omitted feature has no routes', async () => {
    const { api } = await boot({ registration: undefined, passwordReset: undefined });
    await api.post('/auth/register', ADA).expect(404);
    await api.post('/auth/forgot-password', { email: ADA.email }).expect(404);
  });

  test('any module of the host uses the guards, the services and the DTO tokens', async () => {
    @Controller('elsewhere')
    class ElsewhereController {
      constructor(
        readonly users: UsersService,
        @Inject(RegisterDto) readonly registerDto: Type,
        @Inject(LoginDto) readonly loginDto: Type,
      ) {}

      @Get()
      @UseGuards(Authenticated())
      async read() {
        const [, count] = await this.users.listAndCountUsers();
        return {
          count,
          dtos: [this.registerDto.name, this.loginDto.name],
          isHosts: this.users instanceof AppUsersService,
        };
      }
    }
    @Module({ controllers: [ElsewhereController] })
    class ElsewhereModule {}
    class HostRegisterDto extends RegisterDto {}

    const { login } = await boot({
      host: { imports: [ElsewhereModule] },
      dtos: { register: HostRegisterDto },
    });
    const ada = await login();
    await ada.api
      .get('/elsewhere')
      .expect(200, { count: 1, dtos: ['HostRegisterDto', 'LoginDto'], isHosts: true });
  });

  test('isGlobal: false keeps guards and services to the modules that import ours', async () => {
    @Controller('elsewhere')
    @UseGuards(Authenticated())
    class ElsewhereController {}
    @Module({ controllers: [ElsewhereController] })
    class ElsewhereModule {}
    await expect(boot({ isGlobal: false, host: { imports: [ElsewhereModule] } })).rejects.toThrow(
      /Authenticated\(\) at ElsewhereController needs UsersModule, .* let ElsewhereModule import that module/,
    );
  });

  test('a host’s own repository takes the place of ours', async () => {
    const found: string[] = [];
    @Injectable()
    class CountingRepository extends UsersRepository {
      override findForAuthentication(identifier: Parameters<UsersRepository['findForAuthentication']>[0]) {
        found.push(identifier.value);
        return super.findForAuthentication(identifier);
      }
    }
    const { api, addUser } = await boot({
      providers: [{ provide: UsersRepository, useClass: CountingRepository }],
    });
    await addUser();
    await api.login(ADA.email, PASSWORD);
    expect(found).toEqual([ADA.email]);
  });

  test('a host’s own normalisation decides which identifiers are one', async () => {
    const { api } = await boot({
      normalizeIdentifier: (address) =>
        address.includes('@') ? address.trim().toLowerCase().replace(/\+.*@/, '@') : undefined,
    });
    await api
      .post('/auth/register', { ...ADA, email: 'ada+news@example.com' })
      .expect(201, /"ada@example.com"/);
    await api.post('/auth/register', ADA).expect(400, /REGISTER_USER_ALREADY_EXISTS/);
    await api.login('Ada+other@example.com', PASSWORD);
  });

  test('a read DTO with types and transforms goes through class-transformer', async () => {
    const { Expose, Transform } = await import('class-transformer');
    class InitialReadDto extends UserReadDto {
      initial!: string;
    }
    Expose()(InitialReadDto.prototype, 'initial');
    Transform(({ obj }: { obj: { email: string } }) => obj.email[0])(InitialReadDto.prototype, 'initial');
    const { api } = await boot({ dtos: { read: InitialReadDto } });
    const { body } = await api.post('/auth/register', ADA).expect(201);
    expect(body).toMatchObject({ initial: 'a', email: ADA.email });
    expect(body).not.toHaveProperty('tokenVersion');
  });
});
