import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import type { DynamicModule } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Api } from './api.js';
import type { Adapter } from './profiles.js';

/**
 * Apollo on Express, and Mercurius on Fastify, both with subscriptions by the protocol graphql-transport-ws.
 * @param adapter `express` also gives Apollo on Fastify
 */
export function graphqlModule(
  adapter: Adapter,
  options: Partial<ApolloDriverConfig & MercuriusDriverConfig> = {},
): DynamicModule {
  return adapter === 'express'
    ? GraphQLModule.forRoot<ApolloDriverConfig>({
        driver: ApolloDriver,
        autoSchemaFile: true,
        playground: false,
        subscriptions: { 'graphql-ws': true },
        allowBatchedHttpRequests: true,
        ...options,
      })
    : GraphQLModule.forRoot<MercuriusDriverConfig>({
        driver: MercuriusDriver,
        autoSchemaFile: true,
        subscription: { fullWsTransport: true },
        allowBatchedQueries: true,
        ...options,
      });
}

export interface GraphqlError {
  message: string;
  extensions?: { code?: string; status?: number; detail?: unknown };
}

export interface GraphqlAnswer {
  data?: Record<string, unknown> | null;
  errors?: GraphqlError[] | undefined;
}

/** The answer to an operation by HTTP. */
export async function ask(api: Api, query: string): Promise<GraphqlAnswer> {
  const { body } = await api.post('/graphql', { query });
  return body as GraphqlAnswer;
}

/** The data of an operation that has no error, or the codes of its errors. */
export const outcome = ({ data, errors }: GraphqlAnswer): unknown =>
  errors ? errors.map(({ extensions }) => extensions?.code) : data;

/** A client of graphql-ws, as a page or as an application. */
export class GraphqlSocket {
  private readonly client: Client;

  constructor(
    api: Api,
    connectionParams: Record<string, unknown> = {},
    headers: Readonly<Record<string, string>> = api.headers,
    query = '',
  ) {
    class SocketWithHeaders extends WebSocket {
      constructor(address: string, protocols: string[]) {
        super(address, protocols, { headers });
      }
    }
    const url = `${api.url.replace(/^http/, 'ws')}/graphql${query}`;
    this.client = createClient({
      ...{ url, connectionParams, webSocketImpl: SocketWithHeaders, retryAttempts: 0 },
      // One socket for all operations. By default, the client closes it after each.
      lazyCloseTimeout: 60_000,
    });
  }

  /** Answers as they come; ends when the server completes the operation. */
  open(query: string): AsyncIterableIterator<GraphqlAnswer> {
    return this.client.iterate({ query }) as unknown as AsyncIterableIterator<GraphqlAnswer>;
  }

  /** The first answer. Errors that end an operation are an answer, too. */
  async first(query: string): Promise<GraphqlAnswer> {
    try {
      const { value, done } = (await this.open(query).next()) as IteratorResult<GraphqlAnswer, undefined>;
      return done || !value ? { data: null } : value;
    } catch (errors) {
      return { errors: errors as GraphqlError[] };
    }
  }

  async close(): Promise<void> {
    await this.client.dispose();
  }
}
