import type { RunOutcome } from '../action/action.ts';
import type { FaultCode } from '../base/fault.ts';

/** The exit codes that scripts rely on. */
export const exit = {
  done: 0,
  failed: 1,
  wrongUse: 2,
  inPart: 3,
  refused: 4,
  notFound: 5,
  integrity: 6,
  interrupted: 130,
} as const;

export const exitOfFault: Readonly<Record<FaultCode, number>> = {
  'wrong-use': exit.wrongUse,
  'config-invalid': exit.wrongUse,
  'not-found': exit.notFound,
  'backend-unreachable': exit.failed,
  'backend-denied': exit.failed,
  'backend-failed': exit.failed,
  'backend-missing': exit.failed,
  'platform-unreachable': exit.failed,
  'platform-failed': exit.failed,
  unsupported: exit.failed,
  'game-invalid': exit.failed,
  'record-unreadable': exit.integrity,
  integrity: exit.integrity,
  'cannot-decrypt': exit.integrity,
  stale: exit.refused,
  conflict: exit.refused,
  locked: exit.refused,
  'read-only': exit.refused,
  unconfirmed: exit.refused,
  refused: exit.refused,
  partial: exit.inPart,
  inconclusive: exit.inPart,
  'io-failed': exit.failed,
  interrupted: exit.interrupted,
  internal: exit.failed,
};

export const exitOfOutcome: Readonly<Record<RunOutcome, number>> = {
  done: exit.done,
  partial: exit.inPart,
  inconclusive: exit.inPart,
  failed: exit.failed,
  interrupted: exit.interrupted,
};
