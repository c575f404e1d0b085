import type { Type } from '@nestjs/common';
import { ConfigurationError } from '../../common/configuration-error.js';
import { exposedProperties } from '../../common/output/dto-metadata.js';
import { refuseUnknown, requireObject } from '../../common/option-checks.js';
import { hasType, isMap, nestedClass } from '../../common/validation/nested-properties.js';
import { nestedProperties, validatedProperties } from '../../common/validation/dto-properties.js';
import { AdminUpdateDto, UserUpdateDto } from '../../users/users.dto.js';
import { loginField } from '../../users/identifiers.js';
import { DEFAULT_DTOS, type DtoOptions, loginDtoFor, type ResolvedDtos } from '../../features/dtos.js';

const SECRET_PROPERTIES = ['passwordHash', 'password', 'tokenVersion'];

/** The class of each DTO, checked as far as possible without the entity. */
export function resolveDtos(given: DtoOptions, identifiers: readonly string[]): ResolvedDtos {
  requireObject('dtos', given);
  refuseUnknown('dtos', given, Object.keys(DEFAULT_DTOS));
  const defaults: DtoOptions = { ...DEFAULT_DTOS, login: loginDtoFor(loginField(identifiers)) };
  const dtos = { ...defaults };
  for (const name of Object.keys(DEFAULT_DTOS) as (keyof DtoOptions)[]) {
    const dto = given[name];
    if (dto === undefined) continue;
    if (name === 'read' || name === 'roleRead') checkReadDto(`dtos.${name}`, dto);
    else checkInputDto(`dtos.${name}`, dto, defaults[name] as Type);
    dtos[name] = dto;
  }
  return dtos as ResolvedDtos;
}

/**
 * A host's class must validate every property that the default class validates, because a property without a
 * rule is never read. A class for an update may leave properties out, which then cannot be changed.
 */
export function checkInputDto(option: string, dto: Type, defaultDto: Type): void {
  requireDtoClass(option, dto);
  const known = validatedProperties(dto);
  const map = known.find((property) => isMap(dto, property));
  if (map !== undefined) {
    throw new ConfigurationError(
      `${option}: ${dto.name}.${map} is a Map, which JSON can't express; declare a plain object, with @IsObject() instead of @Type().`,
    );
  }
  requireNestedTypes(option, dto);
  const isUpdate = defaultDto === UserUpdateDto || defaultDto === AdminUpdateDto;
  if (isUpdate && known.length === 0) {
    throw new ConfigurationError(
      `${option}: ${dto.name} reads no property; add a class-validator decorator to each property that a client may send.`,
    );
  }
  const needed = isUpdate ? neededForUpdate(known) : validatedProperties(defaultDto);
  const missing = needed.find((property) => !known.includes(property));
  if (missing === undefined) return;
  throw new ConfigurationError(
    `${option}: ${dto.name} has no class-validator decorator on ${missing}; add one, or extend ${defaultDto.name}.`,
  );
}

/** Without its class, class-validator refuses every object, in words that do not say why. */
function requireNestedTypes(option: string, dto: Type, checked = new Set<Type>()): void {
  checked.add(dto);
  const untyped = nestedProperties(dto).find((property) => !hasType(dto, property));
  if (untyped !== undefined) {
    throw new ConfigurationError(
      `${option}: ${dto.name}.${untyped} has @ValidateNested(), but no class to validate; add @Type(() => …) with its DTO class.`,
    );
  }
  for (const property of validatedProperties(dto)) {
    const part = nestedClass(dto, property);
    if (part && !checked.has(part)) requireNestedTypes(option, part, checked);
  }
}

/** A change of the address or the password may need the current password. */
const neededForUpdate = (known: string[]): string[] =>
  known.includes('email') || known.includes('password') ? ['currentPassword'] : [];

export function checkReadDto(option: string, dto: Type): void {
  requireDtoClass(option, dto);
  const exposed = exposedProperties(dto);
  if (exposed.length === 0) {
    throw new ConfigurationError(
      `${option}: ${dto.name} shows no property; add @Expose() to each property to show.`,
    );
  }
  const secret = exposed.find((property) => SECRET_PROPERTIES.includes(property));
  if (secret === undefined) return;
  throw new ConfigurationError(
    `${option}: ${dto.name} exposes ${secret}, which must never be shown; remove its @Expose().`,
  );
}

function requireDtoClass(option: string, dto: unknown): void {
  if (typeof dto !== 'function') throw new ConfigurationError(`${option} must be a class.`);
}
