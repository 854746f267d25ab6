/** Stands between a client and a server on this machine, and breaks what the server answers. */
import { once } from 'node:events';
import { createServer, connect as dial, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface TcpProxy {
  readonly port: number;
  /** Connections that clients have opened so far. */
  readonly opened: number;
  /** Lets this many more bytes of answers through, then cuts all connections. */
  cutAfter(bytes: number): void;
}

/** @param rewrite what the server gets in place of what a client sent */
export async function startTcpProxy(
  targetPort: number,
  rewrite: (request: Buffer) => Buffer = (request) => request,
): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let opened = 0;
  let left = Number.POSITIVE_INFINITY;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
    left = Number.POSITIVE_INFINITY;
  };
  const server = createServer((client) => {
    opened++;
    const target = dial(targetPort, '127.0.0.1');
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(socket);
          client.destroy();
          target.destroy();
        });
    }
    client.on('data', (request) => target.write(rewrite(request)));
    target.on('data', (answer) => {
      if (answer.length < left) {
        left -= answer.length;
        client.write(answer);
      } else {
        client.write(answer.subarray(0, left), cut);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port was given');
  return {
    port: address.port,
    get opened() {
      return opened;
    },
    cutAfter(bytes) {
      left = bytes;
    },
  };
}
