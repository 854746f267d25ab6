/** JSON over node:http for a handful of routes: a framework would cost more start-up than the whole sandbox. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type * as z from 'zod';
import { fitShape } from '../base/shape-words.ts';

export type Reply =
  | { readonly status: number; readonly json: unknown }
  | { readonly status: number; readonly text: string; readonly contentType: string };

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `/api/rooms/:id/join` */
  readonly path: string;
  /** @returns undefined when it answers by itself */
  handle(call: Call): Promise<Reply | undefined> | Reply | undefined;
}

export interface Call {
  readonly parameters: Readonly<Record<string, string | undefined>>;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** @throws BadRequest */
  body<T>(schema: z.ZodType<T>): Promise<T>;
}

/** Ends a call with a 4xx and its message. */
export class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const maxBodyBytes = 64 * 1024;

export function createRouter(routes: readonly Route[]): Server {
  const table = routes.map((route) => ({ route, pattern: new URLPattern({ pathname: route.path }) }));

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const pathname = (request.url ?? '/').replace(/\?.*$/s, '');
    const matching = table.flatMap(({ route, pattern }) => {
      const match = pattern.exec({ pathname });
      return match ? [{ route, parameters: match.pathname.groups }] : [];
    });
    if (matching.length === 0) throw new Refusal(404, `There is nothing at ${pathname}`);
    const found = matching.find(({ route }) => route.method === request.method);
    if (!found) throw new Refusal(405, `${request.method} is not possible at ${pathname}`);
    return found.route.handle({
      parameters: decoded(found.parameters),
      request,
      response,
      body: (schema) => parseBody(request, schema),
    });
  };

  return createServer((request, response) => {
    answer(request, response).then(
      (reply) => reply && send(response, reply),
      (thrown) => send(response, failure(thrown)),
    );
  });
}

/**
 * @param wanted taken when it is free
 * @returns the port, on loopback
 */
export async function listenOnLoopback(server: Server, wanted = 0): Promise<number> {
  await listen(server, wanted).catch((thrown: NodeJS.ErrnoException) => {
    if (wanted === 0 || thrown.code !== 'EADDRINUSE') throw thrown;
    return listen(server, 0);
  });
  // Holds: a listening TCP server has an AddressInfo.
  return (server.address() as AddressInfo).port;
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

export async function stopServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}

async function parseBody<T>(request: IncomingMessage, schema: z.ZodType<T>): Promise<T> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > maxBodyBytes) throw new Refusal(413, `The body has more than ${maxBodyBytes} bytes`);
  }
  const body = fitShape(schema, jsonOf(Buffer.concat(chunks).toString()));
  if (body.kind === 'fits') return body.data;
  throw new Refusal(400, `The body is not what this call takes: ${body.what}`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, 'The body is not JSON');
  }
}

function decoded(groups: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  try {
    return Object.fromEntries(
      Object.entries(groups).map(([name, value]) => [name, value && decodeURIComponent(value)]),
    );
  } catch {
    throw new Refusal(400, 'The path is not well encoded');
  }
}

function failure(thrown: unknown): Reply {
  if (thrown instanceof Refusal) return { status: thrown.status, json: { error: thrown.message } };
  return { status: 500, json: { error: thrown instanceof Error ? thrown.message : String(thrown) } };
}

function send(response: ServerResponse, reply: Reply): void {
  const isJson = 'json' in reply;
  const contentType = isJson ? 'application/json' : reply.contentType;
  response
    .writeHead(reply.status, { 'content-type': contentType })
    .end(isJson ? JSON.stringify(reply.json) : reply.text);
}
