import { digestOf } from '../base/digest.ts';
import { Fault } from '../base/fault.ts';
import type { Identity } from '../base/identity.ts';
import type { PlanId } from '../base/ids.ts';

/** Plain data, as JSON holds it. */
export type PlanDetail = object;

/** One line of a preview. `target` and the values are for people and pass safe-text where they are shown. */
export interface Change {
  readonly target: string;
  readonly effect: 'create' | 'update' | 'delete' | 'skip' | 'unchanged';
  readonly from?: string;
  readonly to?: string;
  readonly why?: string;
}

/** What an action's planner finds out; the runner adds the envelope. */
export interface Draft<D extends PlanDetail> {
  /** One line: what will happen to what. */
  readonly title: string;
  /** Where it happens: the backend's location, or the servers. */
  readonly place: string;
  readonly changes: readonly Change[];
  /** The names of the steps, in the order in which they will run. */
  readonly steps: readonly string[];
  readonly warnings: readonly string[];
  /** About how much it moves, takes and costs. */
  readonly estimates?: readonly string[];
  /** What planning could not check, so that nobody takes silence for a pass. */
  readonly unverified: readonly string[];
  /** Digest of the state that the plan was computed from; a plan is stale once it differs. */
  readonly basis: string;
  /** What the steps need. */
  readonly detail: D;
}

/**
 * An immutable proposal, used once. Saved as `plans/<id>.json` with a digest over all other fields, so an edited
 * file is refused. Version 1.
 */
export interface Plan<D extends PlanDetail = PlanDetail> extends Draft<D> {
  readonly version: 1;
  readonly id: PlanId;
  /** Name of the action that made it and alone can apply it. */
  readonly action: string;
  readonly effect: 'local' | 'target';
  readonly environment: string;
  /** True when the target is the embedded sandbox. */
  readonly simulated: boolean;
  readonly actor: Identity;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  /** SHA-256 (hex) over the canonical JSON of all other fields. */
  readonly digest: string;
}

/** Ten minutes: long enough to read a preview and ask a colleague, short enough that the world is still the same. */
export const planLifetimeMs = 10 * 60_000;

export function planDigest(plan: Omit<Plan, 'digest'>): string {
  return digestOf({ ...plan, digest: undefined });
}

/** A plan that a person has confirmed by typing the environment's name. Nothing else compiles into `apply`. */
export class Confirmed<D extends PlanDetail = PlanDetail> {
  readonly plan: Plan<D>;
  readonly typed: string | undefined;

  private constructor(plan: Plan<D>, typed: string | undefined) {
    this.plan = plan;
    this.typed = typed;
  }

  static byTyping<D extends PlanDetail>(plan: Plan<D>, typed: string): Confirmed<D> {
    if (typed !== plan.environment) {
      throw new Fault('unconfirmed', `"${typed}" is not the name of this environment`, {
        next: `Type ${plan.environment} to confirm`,
      });
    }
    return new Confirmed(plan, typed);
  }

  /** Actions that only write on this machine need no typing. */
  static local<D extends PlanDetail>(plan: Plan<D>): Confirmed<D> {
    if (plan.effect !== 'local') {
      throw new Fault('unconfirmed', `${plan.action} changes ${plan.place}`, {
        next: `Confirm by typing ${plan.environment}`,
      });
    }
    return new Confirmed(plan, undefined);
  }
}
