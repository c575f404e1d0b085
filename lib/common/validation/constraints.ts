import { ValidateIf } from 'class-validator';

/** The field may be left out, but not be `null` (which `@IsOptional()` of class-validator lets through). */
export const IsOmittable = () => ValidateIf((_dto: object, value: unknown) => value !== undefined);
