import type { Type } from '@nestjs/common';
import { instanceToPlain, TransformationType } from 'class-transformer';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';

/** The properties that a read DTO shows: those with `@Expose()`, inherited ones included. */
export const exposedProperties = (dto: Type): string[] =>
  defaultMetadataStorage.getExposedProperties(dto, TransformationType.CLASS_TO_PLAIN);

export const hasTypeDecorator = (dto: Type, property: string): boolean =>
  defaultMetadataStorage.findTypeMetadata(dto, property) !== undefined;

/** Writes an entity as the fields that a read DTO exposes, and no other. */
export class DtoOutput {
  private readonly fields: { property: string; name: string }[];
  private readonly onlyRenames: boolean;

  constructor(private readonly dto: Type) {
    const exposed = exposedProperties(dto).map((property) => ({
      property,
      options: defaultMetadataStorage.findExposeMetadata(dto, property).options,
    }));
    this.fields = exposed.map(({ property, options }) => ({ property, name: options.name ?? property }));
    this.onlyRenames = exposed.every(
      ({ property, options: { groups, since, until } }) =>
        (groups ?? since ?? until) === undefined && !this.isTransformed(property),
    );
  }

  write(entity: object): Record<string, unknown> {
    const dto = Object.assign(Object.create(this.dto.prototype as object) as object, entity);
    // class-transformer takes most of the time of a small answer; a DTO that only renames goes without it.
    return this.onlyRenames ? this.copy(dto) : instanceToPlain(dto, { strategy: 'excludeAll' });
  }

  private copy(dto: object): Record<string, unknown> {
    const source = dto as Record<string, unknown>;
    const plain: Record<string, unknown> = {};
    for (const { property, name } of this.fields) plain[name] = source[property];
    return plain;
  }

  private isTransformed(property: string): boolean {
    const toPlain = TransformationType.CLASS_TO_PLAIN;
    const transforms = defaultMetadataStorage.findTransformMetadatas(this.dto, property, toPlain);
    return transforms.length > 0 || hasTypeDecorator(this.dto, property);
  }
}
