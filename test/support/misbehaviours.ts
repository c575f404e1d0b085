import type { RequestListener, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Fields } from './hostile-id-tokens.js';

/** Never answers. */
export const hangs: RequestListener = () => undefined;

/** Hangs up without a word. */
export const closesConnection: RequestListener = (request) => void request.socket.destroy();

/** A page, as of a proxy that is in the way. */
export const html: RequestListener = (_request, response) => {
  send(response, '<!doctype html><title>Sign in to the network</title>', 200, 'text/html');
};

/** JSON that ends too early. */
export const malformedJson: RequestListener = (_request, response) => send(response, '{"sub": "user-1", ');

/** Right enough for any endpoint but discovery, with 100,000 arrays in each other. */
export const deepJson: RequestListener = (_request, response) => {
  const deep = '['.repeat(100_000) + ']'.repeat(100_000);
  send(
    response,
    `{"sub":"user-1","id":1,"access_token":"deep","token_type":"bearer","keys":[],"deep":${deep}}`,
  );
};

/** Begins an answer, and sends a byte of it every 200 ms for ever. */
export const slowDrip: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).write('{"drip":"');
  const timer = setInterval(() => response.write('.'), 200);
  response.once('close', () => clearInterval(timer));
};

/** Answers with any value at all. */
export const json =
  (value: unknown, code = 200): RequestListener =>
  (_request, response) =>
    sendJson(response, value, code);

/** Answers with an empty object and a status. */
export const status =
  (code: number): RequestListener =>
  (_request, response) =>
    sendJson(response, {}, code);

/** 302 makes a GET of a POST, 307 sends the POST again, secrets and all, if the client follows. */
export const redirectsTo =
  (url: string, code = 302): RequestListener =>
  (_request, response) =>
    void response.writeHead(code, { location: url }).end();

/** What came of huge answers. */
export interface Progress {
  /** Bytes that clients read, and up to some MB that are still in buffers. */
  written: number;
  /** How many clients went away before the end. */
  brokenOff: number;
}

/** An object with the fields of `right` and a string of as many bytes, which may be `Infinity`. */
export function huge(bytes: number, right: Fields = {}): RequestListener & Progress {
  const chunk = Buffer.alloc(16_384, 'x');
  const handler: RequestListener = (_request, response) => {
    let left = bytes;
    const write = (): void => {
      while (left > 0 && !response.destroyed) {
        left -= chunk.length;
        progress.written += chunk.length;
        if (!response.write(chunk)) return void response.once('drain', write);
      }
      if (!response.destroyed) response.end('"}');
    };
    response.once('close', () => {
      if (!response.writableFinished) progress.brokenOff += 1;
    });
    response.writeHead(200, { 'content-type': 'application/json' }).write(openFiller(right));
    write();
  };
  const progress = Object.assign(handler, { written: 0, brokenOff: 0 });
  return progress;
}

/** The same in a thousandth of the bytes: whoever counts them before they are unpacked has seen nothing. */
export function zipBomb(bytes: number, right: Fields = {}): RequestListener {
  const packed = gzipSync(`${openFiller(right)}${'x'.repeat(bytes)}"}`);
  return (_request, response) => {
    response.setHeader('content-encoding', 'gzip');
    send(response, packed);
  };
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, value: unknown, code = 200): void {
  send(response, JSON.stringify(value), code);
}

function send(response: ServerResponse, body: string | Buffer, code = 200, type = 'application/json'): void {
  response.writeHead(code, { 'content-type': type }).end(body);
}

const openFiller = (right: Fields): string => JSON.stringify({ ...right, filler: '' }).slice(0, -'"}'.length);
