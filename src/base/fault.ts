/** Every way gamekeeper can fail, by stable code. Scripts match on these; the CLI maps each to an exit code. */
export const faultCodes = [
  'wrong-use',
  'config-invalid',
  'not-found',
  'backend-unreachable',
  'backend-denied',
  'backend-failed',
  // It answers, and what games are kept in is not there.
  'backend-missing',
  'platform-unreachable',
  'platform-failed',
  'unsupported',
  'game-invalid',
  'record-unreadable',
  'integrity',
  // An archive is encrypted, and its key is not there.
  'cannot-decrypt',
  'stale',
  'conflict',
  'locked',
  'read-only',
  'unconfirmed',
  'refused',
  'partial',
  'inconclusive',
  'io-failed',
  'interrupted',
  'internal',
] as const;

export type FaultCode = (typeof faultCodes)[number];

interface FaultDetails {
  /** What the operator should do now, as an imperative sentence. */
  readonly next?: string;
  /** True only when the same call may succeed later without anybody changing anything. */
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

/** The one error class. The message says what happened and to what; `next` says what to do about it. */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly code: FaultCode;
  readonly next: string | undefined;
  readonly retryable: boolean;

  constructor(code: FaultCode, message: string, details: FaultDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.next = details.next;
    this.retryable = details.retryable ?? false;
  }
}

/** Turns whatever was thrown into a Fault; a Fault passes through, an abort is the Fault that the signal fired with, or `interrupted`. */
export function asFault(thrown: unknown, fallback: FaultCode = 'internal'): Fault {
  if (thrown instanceof Fault) return thrown;
  if (thrown instanceof Error) {
    if (thrown.name === 'AbortError') {
      // Timers and clients put what the signal was fired with behind an error of their own.
      if (thrown.cause instanceof Fault) return thrown.cause;
      return new Fault('interrupted', 'Interrupted', { cause: thrown });
    }
    return new Fault(fallback, thrown.message || thrown.name, { cause: thrown });
  }
  return new Fault(fallback, String(thrown), { cause: thrown });
}
