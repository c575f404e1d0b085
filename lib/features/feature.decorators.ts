import {
  applyDecorators,
  type CanActivate,
  Controller,
  SetMetadata,
  SerializeOptions,
  type Type,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { CLASS_SERIALIZER_OPTIONS } from '@nestjs/common/serializer/class-serializer.constants.js';
import type { ClassTransformOptions } from 'class-transformer';
import { baseOf, guardsAt } from '../authentication/guard-rule.js';
import { ErrorHeadersInterceptor } from '../common/http.js';
import type { FeatureOptions } from './feature.js';

/** The key that @nestjs/swagger's `ApiTags()` writes: tags work without making Swagger a dependency. */
const API_TAGS = 'swagger/apiUseTags';

/**
 * A controller at a feature's path, with the guards, tags and decorators of its options. The host's guards run
 * first, so that throttling is cheap, and in addition to the guards of the routes.
 */
export function FeatureController(options: FeatureOptions, path = options.path ?? ''): ClassDecorator {
  const { guards = [], tags = [], decorators = [] } = options;
  return applyDecorators(
    ...decorators,
    ShowsPlainObjects(),
    ...(tags.length > 0 ? [SetMetadata(API_TAGS, tags)] : []),
    UseGuards(...guards),
    UseBasesOfGuards(),
    Controller(path),
  );
}

/**
 * Answers are already plain objects. A host's global `ClassSerializerInterceptor`, whose options are for the
 * host's own classes, could remove some or all of their fields. Options in the host's `decorators` take
 * precedence.
 */
const ShowsPlainObjects = (): ClassDecorator => (target) => {
  const given = Reflect.getMetadata(CLASS_SERIALIZER_OPTIONS, target) as object | undefined;
  SerializeOptions({ ...AS_IT_IS, ...given })(target);
};

const AS_IT_IS: ClassTransformOptions = {
  strategy: 'exposeAll',
  excludeExtraneousValues: false,
  excludePrefixes: [],
  exposeUnsetFields: true,
};

/**
 * Adds the base class of each subclass of a library guard, so that an override without `super` does not open a
 * route.
 */
export const UseBasesOfGuards = (): ClassDecorator => (target) => {
  const guards = guardsAt(target);
  const bases = new Set(guards.map(baseOf).filter((base) => base !== undefined && !guards.includes(base)));
  UseGuards(...([...bases] as Type<CanActivate>[]))(target);
};

/** For routes whose errors may have header fields, such as `Retry-After`. */
export const ErrorHeaders = () => UseInterceptors(ErrorHeadersInterceptor);
