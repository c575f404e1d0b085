import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { catchError, type Observable } from 'rxjs';
import { UsersError } from '../../common/users-error.js';
import { DatabaseError } from '../../database/database-error.js';
import { errorIn } from './context-error.js';

/**
 * Gives clients of GraphQL, sockets and transporters the errors that this library's services throw in your handlers,
 * with their codes. Without it, NestJS answers some of them with an internal error. On HTTP it does nothing.
 */
@Injectable()
export class UsersErrorsInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() === 'http') return next.handle();
    return next.handle().pipe(
      catchError(async (error: unknown) => {
        throw isOurs(error) ? await errorIn(context, error) : error;
      }),
    );
  }
}

const isOurs = (error: unknown): boolean => error instanceof UsersError || error instanceof DatabaseError;
