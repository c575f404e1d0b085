import { Injectable, NotFoundException, type PipeTransform } from '@nestjs/common';

/** An id that no order can have is that of no order. PostgreSQL would refuse the statement, as a `500`. */
@Injectable()
export class OrderIdPipe implements PipeTransform<string, number> {
  transform(id: string): number {
    if (!/^[1-9]\d{0,8}$/.test(id)) throw new NotFoundException();
    return Number(id);
  }
}
