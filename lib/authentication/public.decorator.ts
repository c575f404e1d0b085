import { SetMetadata } from '@nestjs/common';

export const IS_PUBLIC = 'nestjs-users:public';

/** Opens a handler, or a whole controller, in an application that `Authenticated()` guards as a whole. */
export const Public = () => SetMetadata(IS_PUBLIC, true);
