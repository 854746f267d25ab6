import type { Fault } from '../../base/fault.ts';
import type { BackendListener } from '../port.ts';

/**
 * Tells the listener once that a server is lost, however many connections and attempts say so, and once that it is back;
 * in between once more when it turns out that waiting alone does not help.
 */
export interface Outage {
  lost(server: string, fault: Fault): void;
  connected(server: string): void;
}

export function createOutage(listener: BackendListener): Outage {
  let told: Fault | undefined;
  return {
    lost(server, fault) {
      if (told && (fault.retryable || !told.retryable)) return;
      told = fault;
      listener.connection?.({ state: 'lost', server, fault });
    },
    connected(server) {
      if (!told) return;
      told = undefined;
      listener.connection?.({ state: 'regained', server });
    },
  };
}
