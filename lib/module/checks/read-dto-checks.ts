import type { Type } from '@nestjs/common';
import type { EntityMetadata } from 'typeorm';
import { ConfigurationError } from '../../common/configuration-error.js';
import {
  computedProperties,
  exposedProperties,
  hasTypeDecorator,
  transformsOf,
  typeOf,
} from '../../common/output/dto-metadata.js';
import type { ResolvedPlan } from '../plan.js';
import { checkReadDto } from './dto-checks.js';

/** A DTO and the entity that it shows. */
export interface Shown {
  dto: Type;
  entity: EntityMetadata;
  /** The path to an embedded object of the entity, with a dot at its end; empty for the entity itself. */
  prefix: string;
}

/** Every read DTO of an application, with the option that names it and the entity that it shows. */
export function* readDtosOf(
  plan: ResolvedPlan,
  user: EntityMetadata,
  role: EntityMetadata | undefined,
): Iterable<[option: string, dto: Type, entity: EntityMetadata]> {
  yield ['dtos.read', plan.dtos.read, user];
  if (role) yield ['dtos.roleRead', plan.dtos.roleRead, role];
  for (const { feature, options } of plan.features) {
    const { readDto } = options as { readDto?: Type };
    const entity = feature.shows === 'role' ? role : user;
    if (readDto && entity) yield [`${feature.key}.readDto`, readDto, entity];
  }
}

/**
 * Checks that every exposed property of a read DTO exists, and that no relation is shown with all its columns.
 * DTOs that `@Type()` nests are checked too.
 * @throws {ConfigurationError} that names `option`
 */
export function checkShown(option: string, dto: Type, entity: EntityMetadata): void {
  const all: Shown[] = [{ dto, entity, prefix: '' }];
  for (const shown of all) {
    for (const property of exposedProperties(shown.dto)) {
      requireType(option, shown, property);
      requireSource(option, shown, property);
      const nested = nestedAt(option, shown, property);
      if (!nested || all.some((each) => isSame(each, nested))) continue;
      if (isOfUsers(nested)) checkReadDto(option, nested.dto);
      all.push(nested);
    }
  }
}

const isSame = (one: Shown, other: Shown): boolean =>
  one.dto === other.dto && one.entity === other.entity && one.prefix === other.prefix;

const isOfUsers = ({ entity, prefix }: Shown): boolean =>
  prefix === '' && entity.findColumnWithPropertyName('passwordHash') !== undefined;

function requireType(option: string, { dto, entity, prefix }: Shown, property: string): void {
  if (!entity.findRelationWithPropertyPath(prefix + property) || hasTypeDecorator(dto, property)) return;
  throw new ConfigurationError(
    `${option}: ${dto.name} exposes the relation ${property} with all its columns; add @Type(() => …) of a read DTO.`,
  );
}

function requireSource(option: string, shown: Shown, property: string): void {
  const { dto, entity, prefix } = shown;
  if (computedProperties(dto).has(property) || transformsOf(dto, property).length > 0) return;
  if (familyOf(entity).some((each) => hasProperty(each, prefix, property))) return;
  const owner = prefix === '' ? entity.name : `${entity.name}.${prefix.slice(0, -1)}`;
  throw new ConfigurationError(
    `${option}: ${dto.name} exposes ${property}, which ${owner} does not have; correct the name, or make it a getter or a @Transform() of ${dto.name}.`,
  );
}

/** The entity and its child entities, as which its rows may be loaded. */
const familyOf = (entity: EntityMetadata): EntityMetadata[] => [entity, ...entity.childEntityMetadatas];

function hasProperty(entity: EntityMetadata, prefix: string, property: string): boolean {
  const path = prefix + property;
  const { columns, relations, allEmbeddeds, relationIds } = entity;
  if ([...columns, ...relations, ...allEmbeddeds].some(({ propertyPath }) => propertyPath === path))
    return true;
  if (relationIds.some(({ propertyName }) => propertyName === property)) return true;
  const embedded = allEmbeddeds.find(({ propertyPath }) => `${propertyPath}.` === prefix);
  const type = prefix === '' ? entity.target : embedded?.type;
  const isClass = typeof type === 'function';
  return (isClass && computedProperties(type).get(property)?.get !== undefined) || isSetByCode(entity, path);
}

/** Whether a class sets the property in its constructor, or a listener may set it after loading. */
function isSetByCode(entity: EntityMetadata, path: string): boolean {
  const listens = entity.connection.subscribers.some((each) => {
    const target = each.listenTo?.();
    return each.afterLoad && (target === undefined || target === Object || target === entity.target);
  });
  if (listens || entity.afterLoadListeners.length > 0) return true;
  const fresh = entity.create() as Record<string, unknown>;
  return Object.hasOwn(fresh, path) && fresh[path] !== undefined;
}

/** The class of `@Type()`. If the function chooses it by the object, it is unknown at boot. */
export function typeAtBoot(dto: Type, property: string): unknown {
  try {
    return typeOf(dto, property);
  } catch {
    return CHOSEN_LATER;
  }
}

const CHOSEN_LATER = Symbol('a class that is chosen by the object');

/** The DTO of `@Type()` at this property, if the property is a relation or an embedded object. */
export function nestedAt(
  option: string,
  { dto, entity, prefix }: Shown,
  property: string,
): Shown | undefined {
  const path = prefix + property;
  const relation = entity.findRelationWithPropertyPath(path);
  const isEmbedded = entity.allEmbeddeds.some(({ propertyPath }) => propertyPath === path);
  if ((!relation && !isEmbedded) || !hasTypeDecorator(dto, property)) return undefined;

  const type = typeAtBoot(dto, property);
  if (type === CHOSEN_LATER) return undefined;
  if (typeof type !== 'function' || exposedProperties(type as Type).length === 0) {
    throw new ConfigurationError(
      `${option}: ${dto.name} exposes ${property}, but its @Type() shows no property; name a class with @Expose() on each property to show.`,
    );
  }
  if (transformsOf(dto, property).length > 0) return undefined;
  return relation
    ? { dto: type as Type, entity: relation.inverseEntityMetadata, prefix: '' }
    : { dto: type as Type, entity, prefix: `${path}.` };
}
