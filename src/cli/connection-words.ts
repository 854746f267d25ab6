/** Tells a person while a verb works that its storage was lost, and that it is there again. */
import type { BackendListener } from '../backend/port.ts';
import type { VerbCall } from './verb.ts';

export function tellConnections(say: VerbCall['say']): BackendListener {
  return {
    connection({ state, server, fault }) {
      if (state === 'regained') return say([`${server} answers again`]);
      if (fault === undefined) return say([`Lost ${server}; trying again …`]);
      // Where waiting alone does not help, somebody has to know what does.
      const meanwhile = fault.retryable || !fault.next ? 'Trying again …' : `${fault.next}; trying again …`;
      const { message } = fault;
      say([message.includes(server) ? message : `Lost ${server}: ${message}`, meanwhile]);
    },
  };
}
