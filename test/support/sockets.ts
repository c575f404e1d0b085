import type { INestApplication } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { WsAdapter } from '@nestjs/platform-ws';
import { once } from 'node:events';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import type { Api } from './api.js';

/** Answers, exceptions, and what the server sends by itself come with the name of their event. */
export interface Received {
  event: string;
  data: unknown;
}

/** How a client opens a socket. */
export interface Handshake {
  headers?: Readonly<Record<string, string>>;
  /** What socket.io sends after the handshake. `ws` has nothing like it. */
  auth?: Record<string, unknown>;
  query?: Record<string, string>;
  /** How socket.io begins. Default: with a WebSocket. */
  transports?: string[];
}

/** A client of a gateway. */
export interface GatewayClient {
  send: (event: string, data?: unknown) => void;
  /** What comes next from the server; `undefined` once it has closed the socket. */
  next: () => Promise<Received | undefined>;
  close: () => void;
}

/** The two kinds of sockets that Nest has adapters for. */
export interface SocketKind {
  name: 'socket.io' | 'ws';
  adapter: (app: INestApplication) => void;
  connect: (api: Api, handshake?: Handshake) => Promise<GatewayClient>;
}

export const SOCKET_KINDS: readonly [SocketKind, SocketKind] = [
  { name: 'socket.io', adapter: (app) => app.useWebSocketAdapter(new IoAdapter(app)), connect: connectIo },
  { name: 'ws', adapter: (app) => app.useWebSocketAdapter(new WsAdapter(app)), connect: connectWs },
];

/** Waits for what comes. */
class Inbox {
  private readonly received: (Received | undefined)[] = [];
  private readonly waiting: ((each: Received | undefined) => void)[] = [];

  put(each: Received | undefined): void {
    const next = this.waiting.shift();
    if (next) next(each);
    else this.received.push(each);
  }

  next = (): Promise<Received | undefined> =>
    this.received.length > 0
      ? Promise.resolve(this.received.shift())
      : new Promise((done) => this.waiting.push(done));
}

async function connectIo(
  api: Api,
  { headers = {}, auth = {}, query = {}, transports = ['websocket'] }: Handshake = {},
) {
  const socket = io(api.url, {
    ...{ auth, query, forceNew: true, reconnection: false },
    extraHeaders: { ...headers },
    transports,
  });
  const inbox = new Inbox();
  socket.onAny((event: string, data: unknown) => inbox.put({ event, data }));
  socket.on('disconnect', () => inbox.put(undefined));
  await new Promise<void>((done, fail) => {
    socket.on('connect', done);
    socket.on('connect_error', fail);
  });
  return {
    send: (event: string, data?: unknown) => void socket.emit(event, data),
    next: inbox.next,
    close: () => void socket.close(),
  };
}

async function connectWs(api: Api, { headers = {}, query = {} }: Handshake = {}) {
  const search = new URLSearchParams(query).toString();
  const socket = new WebSocket(`${api.url.replace(/^http/, 'ws')}/?${search}`, { headers });
  const inbox = new Inbox();
  socket.on('message', (data: Buffer) => inbox.put(JSON.parse(data.toString()) as Received));
  socket.on('close', () => inbox.put(undefined));
  await once(socket, 'open');
  return {
    send: (event: string, data?: unknown) => socket.send(JSON.stringify({ event, data })),
    next: inbox.next,
    close: () => socket.close(),
  };
}
