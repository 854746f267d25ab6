/** Stands between a client and an HTTP server on this machine, and does to each request what a test says. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

export interface ProxiedRequest {
  /** As DynamoDB names it: `UpdateItem`; empty for others. */
  readonly operation: string;
  /** `GET /bucket/key?query`. */
  readonly line: string;
  readonly body: string;
  /** From 0, over all requests of this proxy. */
  readonly index: number;
}

export type HttpFault =
  | undefined
  /** Answered here, as JSON or as the text that it is; the server never sees it. */
  | { readonly status: number; readonly answer: object | string }
  /** The connection is cut: before the server sees the request, after it was carried out, or halfway through the reply. */
  | 'cut before'
  | 'cut after'
  | 'cut within'
  /** Carried out; half of the reply comes, and then nothing more. */
  | 'stall within'
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
    const sent = await buffer(incoming);
    const body = sent.toString();
    const operation = String(incoming.headers['x-amz-target'] ?? '').split('.')[1] ?? '';
    const line = `${incoming.method} ${incoming.url}`;
    const request = { operation, line, body, index: requests.length };
    requests.push(request);
    const fault = await proxy.fault(request);
    if (fault === 'cut before') return void outgoing.destroy();
    if (typeof fault === 'object' && 'status' in fault) {
      const isText = typeof fault.answer === 'string';
      const type = isText ? 'application/xml' : 'application/x-amz-json-1.0';
      outgoing.writeHead(fault.status, { 'content-type': type });
      return void outgoing.end(isText ? fault.answer : JSON.stringify(fault.answer));
    }
    if (typeof fault === 'object' && 'delayMs' in fault) {
      await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
    }
    const changed = typeof fault === 'object' && 'forward' in fault ? fault : undefined;
    const reply = await forward(target, incoming, changed ? Buffer.from(changed.forward) : sent);
    if (fault === 'cut after') return void outgoing.destroy();
    const bytes = changed ? Buffer.from(changed.mend(reply.body.toString())) : reply.body;
    // What is asked for by HEAD has a length and no body.
    const length = incoming.method === 'HEAD' ? {} : { 'content-length': bytes.length };
    outgoing.writeHead(reply.status, { ...reply.headers, ...length });
    if (fault !== 'cut within' && fault !== 'stall within') return void outgoing.end(bytes);
    outgoing.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), () => {
      if (fault === 'cut within') outgoing.destroy();
    });
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

async function forward(target: string, { method, url = '/', headers }: IncomingMessage, body: Buffer) {
  const outgoing = send(new URL(url, target), {
    method: method ?? 'POST',
    // With the host that was asked, which is signed.
    headers: { ...headers, 'content-length': body.length },
  });
  outgoing.end(body);
  const [reply] = (await once(outgoing, 'response')) as [IncomingMessage];
  const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, ...kept } = reply.headers;
  return { status: reply.statusCode ?? 500, headers: kept, body: await buffer(reply) };
}
