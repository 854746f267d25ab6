import type { Clock } from '../base/clock.ts';
import type { Readings } from '../metrics/source.ts';
import { type AlertName, alerts, conditionHolds, type Severity } from '../monitoring/alerts.ts';

export interface ActiveAlert {
  readonly name: AlertName;
  readonly severity: Severity;
  readonly startedAtMs: number;
}

/** Which alerts a server raises by itself, by the rules and times of the alert table. */
export interface AlertBoard {
  /** A reading that cannot tell leaves an alert as it is. */
  update(signals: Readings['signals']): void;
  active(): readonly ActiveAlert[];
}

// The entries of the table are its names and rows.
const rules = Object.entries(alerts) as [AlertName, (typeof alerts)[AlertName]][];

export function createAlertBoard(clock: Clock): AlertBoard {
  const heldSinceMs = new Map<AlertName, number>();
  return {
    update(signals) {
      for (const [name, rule] of rules) {
        const holds = conditionHolds(rule, signals[rule.signal]);
        if (holds === false) heldSinceMs.delete(name);
        if (holds && !heldSinceMs.has(name)) heldSinceMs.set(name, clock.now());
      }
    },
    active: () =>
      [...heldSinceMs].flatMap(([name, startedAtMs]) => {
        const { severity, forMs } = alerts[name];
        return clock.now() - startedAtMs >= forMs ? [{ name, severity, startedAtMs }] : [];
      }),
  };
}
