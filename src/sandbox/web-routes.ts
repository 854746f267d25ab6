/** A handler on the web standard under a path of the router. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { Route } from './router.ts';

type WebHandler = (request: Request) => Promise<Response>;

export function webRoutes(path: string, handler: WebHandler): readonly Route[] {
  return (['GET', 'POST', 'PUT', 'DELETE'] as const).map((method) => ({
    method,
    path: `${path}/*`,
    async handle({ request, response }) {
      await send(response, await handler(webRequest(request, response)));
      return undefined;
    },
  }));
}

function webRequest(request: IncomingMessage, response: ServerResponse): Request {
  const { method = 'GET', url = '/', headers } = request;
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const values = Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((text): [string, string] => [name, text]),
  );
  // Holds: both are the web's streams; the types of Node and of its fetch are declared apart.
  const body = method === 'GET' ? null : (Readable.toWeb(request) as ReadableStream<Uint8Array>);
  return new Request(`http://localhost${url}`, {
    ...{ method, headers: values, body, signal: gone.signal },
    duplex: 'half',
  });
}

/** What is left of a body that was too large is not waited for. */
async function send(response: ServerResponse, answer: Response): Promise<void> {
  const text = await answer.text();
  response.writeHead(answer.status, { ...Object.fromEntries(answer.headers), connection: 'close' }).end(text);
}
