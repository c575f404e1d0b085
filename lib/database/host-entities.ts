import type { DynamicModule, FactoryProvider, Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, getMetadataArgsStorage } from 'typeorm';
import { ConfigurationError } from '../common/configuration-error.js';

/** The host's data source, after the check that it knows every entity that the host named. */
export const HOST_DATA_SOURCE = Symbol('nestjs-users: the data source of the host');

/** Runs before the data source connects. */
const DECORATED = Symbol('nestjs-users: the entities that others refer to are decorated');

/**
 * As `TypeOrmModule.forFeature()`, but checks the data source first. Without the check, a missing data source
 * or an unknown entity would give an error of Nest or TypeORM with names that the host never wrote.
 * @param entities the entities by the names of their options
 */
export function hostEntitiesModule(
  entities: Readonly<Record<string, Type | undefined>>,
  dataSource: string | undefined,
): DynamicModule {
  const given = Object.entries(entities).filter((each): each is [string, Type] => each[1] !== undefined);
  const feature = TypeOrmModule.forFeature(
    given.map(([, entity]) => entity),
    dataSource,
  );
  const token = getDataSourceToken(dataSource);
  const decorated: FactoryProvider = {
    provide: DECORATED,
    useFactory: () => {
      for (const [name, entity] of given)
        if (isReferred(entity)) requireDecorated(`entities.${name}`, entity);
    },
  };
  const source: FactoryProvider = {
    provide: HOST_DATA_SOURCE,
    inject: [{ token, optional: true }, ModulesContainer],
    useFactory: (found: DataSource | undefined, modules: ModulesContainer) => {
      if (!found) return refuseMissing(dataSource, token, modules);
      for (const [name, entity] of given) requireKnown(found, `entities.${name}`, entity);
      return found;
    },
  };
  const repositories = (feature.providers as FactoryProvider[]).map((repository) =>
    Object.assign(repository, { inject: [HOST_DATA_SOURCE] }),
  );
  return {
    ...feature,
    providers: [decorated, source, ...repositories],
    exports: [...repositories, HOST_DATA_SOURCE],
  };
}

/** Nest injects `undefined` both for a missing data source and for one whose provider failed. */
function refuseMissing(
  dataSource: string | undefined,
  token: unknown,
  modules: ModulesContainer,
): Promise<never> {
  const tokens: unknown[] = [...modules.values()].flatMap(({ providers }) => Array.from(providers.keys()));
  // The data source could not connect, and Nest is about to report that.
  if (tokens.includes(token)) return new Promise(() => undefined);
  const names = tokens.flatMap((each) => nameOf(each) ?? []);
  if (names.length === 0) {
    throw new ConfigurationError(
      'there is no data source of TypeORM; import TypeOrmModule.forRoot({ … }) into your application, beside UsersModule.',
    );
  }
  const fault =
    dataSource === undefined
      ? 'is missing, and every data source has a name'
      : `names ${dataSource}, which does not exist`;
  throw new ConfigurationError(`dataSource ${fault}; the data sources are ${names.join(', ')}.`);
}

const SUFFIX = 'DataSource';

function nameOf(token: unknown): string | undefined {
  if (token === DataSource) return 'default';
  const isNamed = typeof token === 'string' && token.endsWith(SUFFIX);
  return isNamed ? token.slice(0, -SUFFIX.length) : undefined;
}

function requireKnown(source: DataSource, option: string, entity: Type): void {
  if (source.hasMetadata(entity)) return;
  requireDecorated(option, entity);
  throw new ConfigurationError(
    `${option}: ${entity.name} is unknown to the data source; add it to the option entities of TypeOrmModule, or set autoLoadEntities: true there.`,
  );
}

/**
 * Whether a decorated relation refers to the class. TypeORM resolves such a relation only to a decorated class, and
 * otherwise fails with the name of the other entity.
 */
const isReferred = (entity: Type): boolean =>
  getMetadataArgsStorage().relations.some(
    ({ type }) => typeof type === 'function' && (type as () => unknown)() === entity,
  );

function requireDecorated(option: string, entity: Type): void {
  if (getMetadataArgsStorage().tables.some(({ target }) => target === entity)) return;
  throw new ConfigurationError(
    `${option}: ${entity.name} is not a TypeORM entity; add @Entity() to the class.`,
  );
}
