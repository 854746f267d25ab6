/** A backend of which every operation ends as the test says; a scan has one page. */
import { type Backend, type Operation, operations } from '../../src/backend/port.ts';

export function stubBackend(
  answer: (operation: Operation, args: readonly unknown[]) => Promise<unknown>,
): Backend {
  const methods = Object.keys(operations).map((name) => {
    const operation = name as Operation;
    return [operation, (...args: unknown[]) => answer(operation, args)];
  });
  return {
    kind: 'embedded',
    location: 'stub',
    supports: { legacyLayout: true, sharedBetweenProcesses: true },
    ...Object.fromEntries(methods),
    async *scan(...args: unknown[]) {
      yield await answer('scan', args);
    },
    async *scanEncoded(...args: unknown[]) {
      yield await answer('scanEncoded', args);
    },
    close: async () => {},
    // Tests that look at results say what type they are.
  } as Backend;
}
