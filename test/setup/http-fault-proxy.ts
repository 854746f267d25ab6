/** Stands between a client and an HTTP server on this machine, and does to each request what a test says. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

export interface ProxiedRequest {
  /** As DynamoDB names it: `UpdateItem`; empty for others. */
  readonly operation: string;
  readonly body: string;
  /** From 0, over all requests of this proxy. */
  readonly index: number;
}

export type HttpFault =
  | undefined
  /** Answered here; the server never sees it. */
  | { readonly status: number; readonly answer: object }
  /** The connection is cut: before the server sees the request, after it was carried out, or halfway through the reply. */
  | 'cut before'
  | 'cut after'
  | 'cut within'
  /** Carried out after a while. */
  | { readonly delayMs: number }
  /** Something else is carried out, and something else answered. */
  | { readonly forward: string; readonly mend: (reply: string) => string };

export interface HttpFaultProxy {
  readonly url: string;
  readonly requests: readonly ProxiedRequest[];
  /** From the next request on. */
  fault: (request: ProxiedRequest) => HttpFault | Promise<HttpFault>;
}

/** Lets all through at first. */
export async function startHttpFaultProxy(target: string): Promise<HttpFaultProxy> {
  const requests: ProxiedRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing).catch(() => outgoing.destroy());
  });

  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const body = (await buffer(incoming)).toString();
    const operation = String(incoming.headers['x-amz-target'] ?? '').split('.')[1] ?? '';
    const request = { operation, body, index: requests.length };
    requests.push(request);
    const fault = await proxy.fault(request);
    if (fault === 'cut before') return void outgoing.destroy();
    if (typeof fault === 'object' && 'status' in fault) {
      outgoing.writeHead(fault.status, { 'content-type': 'application/x-amz-json-1.0' });
      return void outgoing.end(JSON.stringify(fault.answer));
    }
    if (typeof fault === 'object' && 'delayMs' in fault) {
      await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
    }
    const changed = typeof fault === 'object' && 'forward' in fault ? fault : undefined;
    const reply = await forward(target, incoming, changed?.forward ?? body);
    if (fault === 'cut after') return void outgoing.destroy();
    const text = changed ? changed.mend(reply.body) : reply.body;
    outgoing.writeHead(reply.status, {
      'content-type': reply.type,
      'content-length': Buffer.byteLength(text),
    });
    if (fault !== 'cut within') return void outgoing.end(text);
    outgoing.write(text.slice(0, Math.ceil(text.length / 2)), () => outgoing.destroy());
  };

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port was given');
  const proxy: HttpFaultProxy = {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    fault: () => undefined,
  };
  return proxy;
}

async function forward(target: string, { method, url = '/', headers }: IncomingMessage, body: string) {
  const { 'content-length': _, host: __, ...rest } = headers;
  const outgoing = send(new URL(url, target), {
    method: method ?? 'POST',
    headers: { ...rest, 'content-length': Buffer.byteLength(body) },
  });
  outgoing.end(body);
  const [reply] = (await once(outgoing, 'response')) as [IncomingMessage];
  return {
    status: reply.statusCode ?? 500,
    type: String(reply.headers['content-type']),
    body: (await buffer(reply)).toString(),
  };
}
