import type { Type } from '@nestjs/common';
import { ConfigurationError } from './common/configuration-error.js';
import { exposedProperties } from './common/dto-output.js';
import { refuseUnknown } from './common/option-checks.js';
import { validatedProperties } from './common/validation/dto-input.js';
import { DEFAULT_DTOS, type DtoOptions, loginDtoFor, type ResolvedDtos } from './users/users.dtos.js';

const SECRET_PROPERTIES = ['passwordHash', 'password', 'tokenVersion'];

/** The class of each DTO, each judged as far as can be without the entity. */
export function resolveDtos(given: DtoOptions, identifier: string): ResolvedDtos {
  refuseUnknown('dtos', given, Object.keys(DEFAULT_DTOS));
  const defaults: DtoOptions = { ...DEFAULT_DTOS, login: loginDtoFor(identifier) };
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

/** Every property that the default validates, the host's class must validate: what has no rule is never read. */
export function checkInputDto(option: string, dto: Type, defaultDto: Type): void {
  requireDtoClass(option, dto);
  const known = validatedProperties(dto);
  const missing = validatedProperties(defaultDto).find((property) => !known.includes(property));
  if (missing === undefined) return;
  throw new ConfigurationError(
    `${option}: ${dto.name} has no class-validator decorator on ${missing}; add one, or extend ${defaultDto.name}.`,
  );
}

export function checkReadDto(option: string, dto: Type): void {
  requireDtoClass(option, dto);
  const exposed = exposedProperties(dto);
  if (exposed.length === 0) {
    throw new ConfigurationError(
      `${option}: ${dto.name} shows nothing; put @Expose() on each property to show.`,
    );
  }
  const secret = exposed.find((property) => SECRET_PROPERTIES.includes(property));
  if (secret === undefined) return;
  throw new ConfigurationError(
    `${option}: ${dto.name} exposes ${secret}, which nobody may see; take its @Expose() off.`,
  );
}

function requireDtoClass(option: string, dto: unknown): void {
  if (typeof dto !== 'function') throw new ConfigurationError(`${option} must be a class.`);
}
