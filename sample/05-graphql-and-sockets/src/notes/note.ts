import { Field, ObjectType } from '@nestjs/graphql';

@ObjectType()
export class Note {
  @Field()
  author!: string;

  @Field()
  text!: string;
}
