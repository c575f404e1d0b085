import { applyDecorators, Controller, SetMetadata, UseGuards, UseInterceptors } from '@nestjs/common';
import { ErrorHeadersInterceptor } from '../common/http.js';
import type { FeatureOptions } from './feature.js';

/** The key that @nestjs/swagger's `ApiTags()` writes: tags work without making Swagger a dependency. */
const API_TAGS = 'swagger/apiUseTags';

/** A controller at a feature's path, with the guards, tags and decorators of its options. */
export function FeatureController(options: FeatureOptions, path = options.path ?? ''): ClassDecorator {
  const { guards = [], tags = [], decorators = [] } = options;
  return applyDecorators(
    ...decorators,
    ...(tags.length > 0 ? [SetMetadata(API_TAGS, tags)] : []),
    UseGuards(...guards),
    Controller(path),
  );
}

/** For routes that may answer with header fields beside an error: `Retry-After`. */
export const ErrorHeaders = () => UseInterceptors(ErrorHeadersInterceptor);
