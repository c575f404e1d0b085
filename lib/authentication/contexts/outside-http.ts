import { type ArgumentsHost, type ExecutionContext, Inject, Injectable, Logger } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import type { HttpRequest } from '../../common/http.js';
import { NotAuthenticatedError } from '../../common/users-error.js';
import { UsersRepository } from '../../users/users.repository.js';
import { Authenticator } from '../authenticator.js';
import { fieldOf, type GraphqlField, type OperationSource, sourceOf } from './graphql-field.js';
import { asHeaders, HEADERS_OF, type HeadersOf } from './headers-of.js';
import { handshakeOf } from './handshake.js';
import { SharedAuthenticator } from './shared-authenticator.js';

/** What a guard outside HTTP judges. */
export interface Asking {
  /** The request, or a handshake or a message in the form of a request. */
  readonly request: HttpRequest;
  /** The request as the origin check reads it. */
  readonly checked: HttpRequest;
  readonly authenticator: SharedAuthenticator;
}

/** Finds the credential of a GraphQL operation, of a message of a socket, and of a message of a transporter. */
@Injectable()
export class OutsideHttp {
  private readonly logger = new Logger('UsersModule');
  private readonly told = new Set<string>();
  /** By the request, by the execution of an operation on a socket, or by the arguments of a message. */
  private readonly known = new WeakMap<object, Asking>();

  constructor(
    private readonly authenticator: Authenticator,
    private readonly users: UsersRepository,
    @Inject(HEADERS_OF) private readonly headersOf: HeadersOf | undefined,
  ) {}

  /** @throws {NotAuthenticatedError} where no credential can be found, and logs one sentence that says why */
  asking(context: ExecutionContext): Asking {
    if (context.getType<string>() !== 'graphql') return this.ofMessage(context);
    const field = fieldOf(context);
    return field
      ? this.ofField(field, context)
      : this.refuse(context, 'the arguments are not those of a resolver.');
  }

  /** For the client of a gateway. Each call finds the user anew. */
  ofClient(client: object): Asking | undefined {
    const host = new ExecutionContextHost([client]);
    host.setType('ws');
    const request = this.withFields(handshakeOf(client), host);
    return request && this.create(request, request, true);
  }

  private ofField({ execution, operation, context: own }: GraphqlField, context: ExecutionContext): Asking {
    const known = this.known.get(execution);
    if (known) return known;
    const { request, isHandshake } = this.sourceOf(own, context);
    // Over HTTP, all operations of a batch share the request.
    const { authenticator } = this.known.get(request) ?? this.create(request, request, isHandshake);
    const asking = { request, authenticator, checked: operation === 'query' ? request : asUnsafe(request) };
    if (!isHandshake) this.known.set(request, asking);
    this.known.set(execution, asking);
    return asking;
  }

  private sourceOf(own: object, context: ExecutionContext): OperationSource {
    const source = sourceOf(own);
    if ('fault' in source) {
      const request = this.withFields(undefined, context);
      if (!request) return this.refuse(context, `the GraphQL context ${source.fault}.`);
      return { request, isHandshake: true };
    }
    return source.isHandshake ? { ...source, request: this.withFields(source.request, context) } : source;
  }

  /** The guards of one message get the same list of arguments. */
  private ofMessage(context: ExecutionContext): Asking {
    const message: object = context.getArgs();
    const known = this.known.get(message);
    if (known) return known;
    const type = context.getType<string>();
    const handshake = type === 'ws' ? handshakeOf(context.getArgByIndex(0)) : undefined;
    const request = this.withFields(handshake, context) ?? this.refuse(context, faultOf(type));
    const asking = this.create(request, request, true);
    this.known.set(message, asking);
    return asking;
  }

  private create(request: HttpRequest, checked: HttpRequest, isHandshake: boolean): Asking {
    const authenticator = new SharedAuthenticator(this.authenticator, this.users, isHandshake);
    return { request, checked, authenticator };
  }

  /** Adds the headers that the host knows; `undefined` if there is neither a handshake nor such a header. */
  private withFields<Known extends HttpRequest | undefined>(
    handshake: Known,
    host: ArgumentsHost,
  ): HttpRequest | Extract<Known, undefined> {
    const fields = this.fieldsOf(host);
    if (handshake) return { ...handshake, headers: { ...handshake.headers, ...fields } };
    return fields ? { method: 'POST', url: '', headers: fields } : (undefined as Extract<Known, undefined>);
  }

  /** A client may send what the function of the host does not expect; such a message has no credential. */
  private fieldsOf(host: ArgumentsHost): HttpRequest['headers'] | undefined {
    try {
      return asHeaders(this.headersOf?.(host));
    } catch (error) {
      this.tell(`nestjs-users: headersOf failed, so a message has no credential: ${String(error)}`);
      return {};
    }
  }

  private refuse(context: ExecutionContext, fault: string): never {
    const place = `${context.getClass()?.name}.${context.getHandler()?.name}`;
    this.tell(`nestjs-users: a guard at ${place} refuses everybody: ${fault}`);
    throw new NotAuthenticatedError(this.authenticator.challenge);
  }

  /** A client decides how often it comes here, so the log has each sentence once. */
  private tell(sentence: string): void {
    if (this.told.has(sentence) || this.told.size >= MOST_TOLD) return;
    this.told.add(sentence);
    this.logger.error(sentence);
  }
}

/** What a host throws may hold a value of the client, so that no sentence comes twice. */
const MOST_TOLD = 100;

const faultOf = (type: string): string =>
  type === 'ws'
    ? 'the adapter does not keep the request of the handshake; call rememberHandshake(client, request) in handleConnection(client, request).'
    : `it runs in a context of the type ${type}; set headersOf, a function that returns the headers with the credential.`;

/** What changes something is checked as such, whatever method brought it. */
const asUnsafe = (request: HttpRequest): HttpRequest =>
  Object.create(request, { method: { value: 'POST' } }) as HttpRequest;
