import { ValidateBy, ValidateIf } from 'class-validator';

/** The field may be left out, but not be `null` (which `@IsOptional()` of class-validator lets through). */
export const IsOmittable = () => ValidateIf((_dto: object, value: unknown) => value !== undefined);

/** A rule of our own. @param name the fault's `type` */
export const Satisfies = (name: string, rule: (value: unknown) => boolean, message: string) =>
  ValidateBy({ name, validator: { validate: rule, defaultMessage: () => message } });
