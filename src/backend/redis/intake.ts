/** Connections that read into memory of their user. The client's own get new memory for every 64 KiB that come. */
import { connect } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { AbstractConnector, type RedisOptions } from 'ioredis';

export interface Intake {
  /** Where the next bytes are put. */
  room(): Buffer;
  /** So many have come, at the start of the latest room. */
  took(bytes: number): void;
}

interface Connection {
  readonly host: string;
  readonly port: number;
  readonly tls?: ConnectionOptions;
  readonly disconnectTimeout: number;
}

/** For the client's option `Connector`. Its own handlers of data hear nothing. */
export function connectorInto(
  intake: Intake,
  { host, port, tls, disconnectTimeout }: Connection,
): NonNullable<RedisOptions['Connector']> {
  return class extends AbstractConnector {
    constructor() {
      super(disconnectTimeout);
    }

    async connect() {
      this.connecting = true;
      const onread = {
        buffer: () => intake.room(),
        callback: (bytes: number) => {
          intake.took(bytes);
          return true;
        },
      };
      const address = { host, port, onread };
      this.stream = tls ? connectTls({ ...address, ...tls }) : connect(address);
      return this.stream;
    }
  };
}
