import {
  type CallHandler,
  type CanActivate,
  Catch,
  ClassSerializerInterceptor,
  type ExecutionContext,
  type ArgumentsHost,
  type INestApplication,
  Injectable,
  type NestInterceptor,
  type Provider,
  SerializeOptions,
  type Type,
  ValidationPipe,
  VersioningType,
} from '@nestjs/common';
import { APP_GUARD, BaseExceptionFilter, HttpAdapterHost, ModulesContainer, Reflector } from '@nestjs/core';
import { UsersModule, type UsersModuleOptions } from 'nestjs-users';
import { map } from 'rxjs';
import type { DataSourceOptions } from 'typeorm';
import type { Wire } from './api.js';
import { SnakeNames } from './snake-names.js';

/** Where the routes of a harsh host are, and what its answers are wrapped in; errors are not. */
export const HARSH_WIRE: Wire = {
  base: '/api/v1',
  unwrap: (body) => (isWrapped(body) ? body.data : body),
};

const isWrapped = (body: unknown): body is { data: unknown } =>
  isObject(body) && Object.keys(body).join(',') === 'data';

const isObject = (body: unknown): body is object => typeof body === 'object' && body !== null;

/**
 * The data source of a harsh host: a query cache for everything, names of the host's own, and on PostgreSQL a replica.
 * @param readsLists lists may come from a replica, so it has the rows; else it has no table, and whoever reads there fails
 */
export function harshDataSource(options: DataSourceOptions, readsLists: boolean): DataSourceOptions {
  const harsh = {
    ...options,
    cache: { alwaysEnabled: true, duration: 600_000 },
    namingStrategy: new SnakeNames(),
    entityPrefix: 'host_',
  } as DataSourceOptions;
  if (options.type !== 'postgres' || options.replication || options.url === undefined) return harsh;

  const { url, ...rest } = harsh as typeof options & { url: string };
  const empty = Object.assign(new URL(url), { pathname: '/postgres' }).href;
  return { ...rest, replication: { master: { url }, slaves: [{ url: readsLists ? url : empty }] } };
}

/** Where a provider sends browsers back to has the prefix and the version, unless a test says a whole address. */
export function harshOAuth2(feature: UsersModuleOptions['oauth2']): UsersModuleOptions['oauth2'] {
  if (!feature) return feature;
  const { publicUrl = '' } = feature.options as { publicUrl?: string };
  if (!/^https?:\/\/[^/]+$/.test(publicUrl)) return feature;
  const options: object = { ...feature.options, publicUrl: `${publicUrl}${HARSH_WIRE.base}` };
  return { ...feature, options };
}

@Injectable()
class CountRequests implements CanActivate {
  private readonly requests = new Map<string, number>();

  canActivate(context: ExecutionContext): boolean {
    const { ip } = context.switchToHttp().getRequest<{ ip: string }>();
    this.requests.set(ip, (this.requests.get(ip) ?? 0) + 1);
    return true;
  }
}

@Injectable()
class NoteUser implements CanActivate {
  private readonly seen = new Set<string>();

  canActivate(context: ExecutionContext): boolean {
    const { user } = context.switchToHttp().getRequest<{ user?: { email: string } }>();
    if (user) this.seen.add(user.email);
    return true;
  }
}

/** Guards of the whole application: a throttler's, which lets everybody pass here, and one that looks at the user. */
export const HARSH_PROVIDERS: Provider[] = [
  { provide: APP_GUARD, useClass: CountRequests },
  { provide: APP_GUARD, useClass: NoteUser },
];

class Wrapping implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler) {
    return next.handle().pipe(map((data: unknown) => ({ data })));
  }
}

@Catch()
class HostFilter extends BaseExceptionFilter {
  override catch(error: unknown, to: ArgumentsHost): void {
    super.catch(error, to);
  }
}

/** Controllers of the host's own show plain objects here; where nothing is shown by default, each says so. */
function showPlainObjects(app: INestApplication): void {
  for (const { metatype, controllers } of app.get(ModulesContainer).values()) {
    if (metatype === UsersModule) continue;
    for (const controller of controllers.values()) {
      SerializeOptions({ strategy: 'exposeAll' })(controller.metatype as Type);
    }
  }
}

/** What a harsh host's `main.ts` sets. */
export function furnish(app: INestApplication): void {
  showPlainObjects(app);
  app.setGlobalPrefix('api');
  app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
  app.useGlobalPipes(
    new ValidationPipe({
      whitelist: true,
      forbidNonWhitelisted: true,
      transform: true,
      transformOptions: { enableImplicitConversion: true },
    }),
  );
  const serializer = new ClassSerializerInterceptor(app.get(Reflector), { strategy: 'excludeAll' });
  app.useGlobalInterceptors(serializer, new Wrapping());
  app.useGlobalFilters(new HostFilter(app.get(HttpAdapterHost).httpAdapter));
}
