import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsInstance,
  IsInt,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { CATALOGUE } from './catalogue.js';

export class OrderLineDto {
  @IsIn([...CATALOGUE.keys()])
  product!: string;

  @IsInt()
  @Min(1)
  @Max(100)
  quantity!: number;
}

export class OrderDto {
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(20)
  // For `@ValidateNested()` alone, an array in the place of a line is one without faults.
  @IsInstance(OrderLineDto, { each: true })
  @ValidateNested({ each: true })
  @Type(() => OrderLineDto)
  lines!: OrderLineDto[];
}
