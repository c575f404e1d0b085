import { Module } from '@nestjs/common';
import { PubSub } from 'graphql-subscriptions';
import { NotesResolver } from './notes.resolver.js';

@Module({ providers: [NotesResolver, { provide: PubSub, useFactory: () => new PubSub() }] })
export class NotesModule {}
