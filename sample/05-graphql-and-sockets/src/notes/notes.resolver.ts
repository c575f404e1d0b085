import { UseGuards, UseInterceptors } from '@nestjs/common';
import { Args, Int, Mutation, Query, Resolver, Subscription } from '@nestjs/graphql';
import { PubSub } from 'graphql-subscriptions';
import {
  ConnectionsService,
  CurrentIdentity,
  CurrentUser,
  type Identity,
  Public,
  Superuser,
  UsersErrorsInterceptor,
  UsersService,
} from 'nestjs-users';
import { User } from '../users/user.entity.js';
import { Note } from './note.js';

/** `protectAll` guards every field that is not public. */
@Resolver()
@UseInterceptors(UsersErrorsInterceptor)
export class NotesResolver {
  private readonly all: Note[] = [];

  constructor(
    private readonly pubSub: PubSub,
    private readonly connections: ConnectionsService,
    private readonly users: UsersService<User>,
  ) {}

  @Query(() => Int)
  @Public()
  count(): number {
    return this.all.length;
  }

  @Query(() => String)
  me(@CurrentUser() user: User): string {
    return user.email;
  }

  @Query(() => [Note])
  notes(): Note[] {
    return this.all;
  }

  @Mutation(() => Note)
  async addNote(@CurrentUser() { email: author }: User, @Args('text') text: string): Promise<Note> {
    const note = { author, text };
    this.all.push(note);
    await this.pubSub.publish('noteAdded', { noteAdded: note });
    return note;
  }

  @Mutation(() => Int)
  @UseGuards(Superuser())
  clearNotes(): number {
    return this.all.splice(0).length;
  }

  /** An error of the service, such as an address that another user has, comes with its code. */
  @Mutation(() => String)
  async changeEmail(@CurrentUser() { id }: User, @Args('email') email: string): Promise<string> {
    return (await this.users.updateUser(id, { email })).email;
  }

  /** Guards run when a subscription starts. `whileAllowed()` ends it when the login ends. */
  @Subscription(() => Note)
  noteAdded(@CurrentIdentity() identity: Identity) {
    return this.connections.whileAllowed(identity, this.pubSub.asyncIterableIterator('noteAdded'));
  }
}
