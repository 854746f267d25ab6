/** Tells a person while a verb works that its storage was lost, and that it is there again. */
import type { BackendListener } from '../backend/port.ts';
import type { VerbCall } from './verb.ts';

export function tellConnections(say: VerbCall['say']): BackendListener {
  return {
    connection({ state, server, fault }) {
      if (state === 'regained') say([`${server} answers again`]);
      else say([`Lost ${server}: ${fault?.message ?? 'the connection ended'}; trying again …`]);
    },
  };
}
