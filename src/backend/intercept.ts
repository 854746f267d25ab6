import { type Backend, type Operation, operations } from './port.ts';

export interface Call {
  readonly operation: Operation;
  readonly effect: 'read' | 'write';
  readonly signal: AbortSignal | undefined;
}

/** Answered in pages that hang together: what was broken off cannot be asked for again. */
export const scans: readonly Operation[] = ['scan', 'scanEncoded'];

/** Runs before, after or instead of `next`, which does the call. */
export type Around = <T>(call: Call, next: () => Promise<T>) => Promise<T>;

/** What it is read from does not change by what is about it. */
export type Intercepted<B extends Backend> = Backend & Pick<B, 'readsFrom'>;

/** The same backend with `around` about every call that reaches it; of a scan, about every page. */
export function intercept<B extends Backend>(backend: B, around: Around): Intercepted<B> {
  const wrapped = Object.entries(operations).flatMap(([name, effect]) => {
    // The keys of `operations` are those of Operation.
    const operation = name as Operation;
    return backend[operation] ? [[operation, wrap(backend, operation, effect, around)] as const] : [];
  });
  const { kind, location, readsFrom, supports } = backend;
  // Each operation has got a method that takes and returns what its original does.
  return {
    kind,
    location,
    readsFrom,
    supports,
    close: () => backend.close(),
    ...Object.fromEntries(wrapped),
  } as Intercepted<B>;
}

function wrap(backend: Backend, operation: Operation, effect: Call['effect'], around: Around) {
  const callWith = (args: readonly unknown[]): Call => {
    const signal = args.find((arg) => arg instanceof AbortSignal);
    return { operation, effect, signal };
  };
  // Called with the arguments of this very operation, as `operations` and `scans` have it.
  if (scans.includes(operation)) {
    const scan = backend[operation] as (...args: unknown[]) => AsyncIterable<unknown>;
    return (...args: unknown[]) => eachPage(scan(...args), callWith(args), around);
  }
  const method = backend[operation] as (...args: unknown[]) => Promise<unknown>;
  return (...args: unknown[]) => around(callWith(args), () => method(...args));
}

async function* eachPage<T>(pages: AsyncIterable<T>, call: Call, around: Around): AsyncGenerator<T> {
  const iterator = pages[Symbol.asyncIterator]();
  try {
    for (;;) {
      const page = await around(call, () => iterator.next());
      if (page.done) return;
      yield page.value;
    }
  } finally {
    await iterator.return?.();
  }
}
