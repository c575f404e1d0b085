import { ValidateBy, ValidateIf, type ValidationArguments } from 'class-validator';

/** The field may be missing but not `null`. (`@IsOptional()` of class-validator accepts `null`.) */
export const IsOmittable = () => ValidateIf((_dto: object, value: unknown) => value !== undefined);

/**
 * A rule of this library.
 * @param name the fault's `type`
 * @param rule gets the context of {@link withContext}, if there is one
 */
export const Satisfies = (
  name: string,
  rule: (value: unknown, context: object | undefined) => boolean,
  message: string,
) => {
  const validate = (value: unknown, about?: ValidationArguments) => rule(value, contextOf(about?.object));
  return ValidateBy({ name, validator: { validate, defaultMessage: () => message } });
};

const CONTEXT = Symbol('nestjs-users: context of validation rules');

/** Gives the rules of one instance a context of the application. Several applications may share a DTO class. */
export const withContext = <T extends object>(dto: T, context: object): T =>
  Object.defineProperty(dto, CONTEXT, { value: context });

const contextOf = (dto: { [CONTEXT]?: object } | undefined) => dto?.[CONTEXT];
