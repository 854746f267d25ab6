/** How consoles hold and disturb the sandbox; every call carries the token of `sandbox.json`. */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type FaultFile, storageFaultSchema } from './faults.ts';
import type { Lease } from './lease.ts';
import { Refusal, type Reply, type Route } from './router.ts';

interface Control {
  readonly token: string;
  readonly faults: FaultFile;
  readonly lease: Lease;
}

export function controlRoutes({ token, faults, lease }: Control): readonly Route[] {
  const list = (): Reply => ({ status: 200, json: { faults: faults.read() } });
  const routes: readonly Route[] = [
    { method: 'GET', path: '/sandbox/faults', handle: list },
    {
      method: 'PUT',
      path: '/sandbox/faults',
      handle: async ({ body }) => {
        faults.set(await body(storageFaultSchema));
        return list();
      },
    },
    {
      method: 'DELETE',
      path: '/sandbox/faults',
      handle: () => {
        faults.clear();
        return list();
      },
    },
    {
      // Held open: the connection is the lease, and the kernel closes it however its holder ends.
      method: 'GET',
      path: '/sandbox/lease',
      handle: ({ response }) => {
        response.on('close', lease.take());
        response.writeHead(200, { 'content-type': 'text/plain' });
        response.flushHeaders();
        return undefined;
      },
    },
  ];
  return routes.map((route) => ({
    ...route,
    handle: (call) => {
      if (!isBearer(call.request, token)) throw new Refusal(401, 'The bearer token is missing or wrong');
      return route.handle(call);
    },
  }));
}

function isBearer({ headers }: IncomingMessage, token: string): boolean {
  const given = Buffer.from(headers.authorization ?? '');
  const expected = Buffer.from(`Bearer ${token}`);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
