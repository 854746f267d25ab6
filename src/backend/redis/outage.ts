import type { Fault } from '../../base/fault.ts';
import type { BackendListener } from '../port.ts';

/** Tells the listener once that a server is lost, however many connections and attempts say so, and once that it is back. */
export interface Outage {
  lost(server: string, fault: Fault): void;
  connected(server: string): void;
}

export function createOutage(listener: BackendListener): Outage {
  let away = false;
  return {
    lost(server, fault) {
      if (away) return;
      away = true;
      listener.connection?.({ state: 'lost', server, fault });
    },
    connected(server) {
      if (!away) return;
      away = false;
      listener.connection?.({ state: 'regained', server });
    },
  };
}
