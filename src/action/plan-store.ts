import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Clock } from '../base/clock.ts';
import { Fault } from '../base/fault.ts';
import { type PlanId, parsePlanId, type RunId } from '../base/ids.ts';
import { jsonFile } from '../base/json-pieces.ts';
import { fitShape } from '../base/shape-words.ts';
import { cannot, type Disk, errnoOf } from './disk.ts';
import { type Plan, planDigest } from './plan.ts';

/** Saved plans: immutable files, each used once. */
export interface PlanStore {
  save(plan: Plan): Promise<void>;
  /**
   * @param reference a plan's id, or the path of a plan's file
   * @throws Fault `not-found`; `integrity` when it was edited; `refused` when it was used; `stale` when it has
   * expired; `unsupported` when a newer gamekeeper made it
   */
  load(reference: string): Promise<Plan>;
  /** Also one that was used or has expired, which nobody may apply. @throws Fault `not-found`, `integrity`, `unsupported` */
  look(id: string): Promise<Plan>;
  /** Looks only. @throws Fault `refused` when a run has used it */
  refuseUsed(id: PlanId): Promise<void>;
  /** @throws Fault `refused` when a run has used it before */
  claim(id: PlanId, run: RunId): Promise<void>;
}

export function createPlanStore(folder: string, clock: Clock, disk: Disk): PlanStore {
  const pathOf = (id: PlanId) => join(folder, `${id}.json`);
  const usedPathOf = (id: PlanId) => join(folder, `${id}.used.json`);
  const refuseUsed = async (id: PlanId) => {
    if (existsSync(usedPathOf(id))) throw usedBefore(id, await userOf(usedPathOf(id)));
  };
  return {
    save: (plan) => disk.replace(pathOf(plan.id), jsonFile(plan)),

    async look(id) {
      const path = pathOf(parsePlanId(id));
      return parsePlan(await readPlan(path, id), path);
    },

    async load(reference) {
      const path = idPattern.test(reference) ? pathOf(parsePlanId(reference)) : reference;
      const plan = parsePlan(await readPlan(path, reference), path);
      // A preview of what can no longer be applied would promise too much.
      await refuseUsed(plan.id);
      refuseExpired(plan, clock.now());
      return plan;
    },

    refuseUsed,

    async claim(id, run) {
      const used = usedPathOf(id);
      if (await disk.claim(used, `${JSON.stringify({ run, atMs: clock.now() })}\n`)) return;
      throw usedBefore(id, await userOf(used));
    },
  };
}

/** @throws Fault `stale` */
export function refuseExpired(plan: Plan, nowMs: number): void {
  if (nowMs < plan.expiresAtMs) return;
  throw new Fault('stale', `Plan ${plan.id} expired at ${new Date(plan.expiresAtMs).toISOString()}`, {
    next: 'Make a new plan and look at its preview',
  });
}

const idPattern = /^\d{8}T\d{6}Z-[0-9a-f]{6}$/;

async function readPlan(path: string, reference: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (thrown) {
    if (errnoOf(thrown) !== 'ENOENT') throw cannot('read', path, thrown);
    throw new Fault('not-found', `There is no plan ${reference}`, {
      next: 'Make one with --dry-run and use the id that it prints',
    });
  }
}

export const changeSchema = z.strictObject({
  target: z.string(),
  effect: z.enum(['create', 'update', 'delete', 'skip', 'unchanged']),
  from: z.string().exactOptional(),
  to: z.string().exactOptional(),
  why: z.string().exactOptional(),
});

const planSchema = z.strictObject({
  version: z.literal(1),
  id: z.string().regex(idPattern).transform(parsePlanId),
  action: z.string(),
  effect: z.enum(['local', 'target']),
  environment: z.string(),
  simulated: z.boolean(),
  actor: z.strictObject({ user: z.string(), host: z.string(), sshOrigin: z.string().exactOptional() }),
  createdAtMs: z.number(),
  expiresAtMs: z.number(),
  title: z.string(),
  place: z.string(),
  changes: z.array(changeSchema),
  steps: z.array(z.string()),
  warnings: z.array(z.string()),
  estimates: z.array(z.string()).exactOptional(),
  unverified: z.array(z.string()),
  basis: z.string(),
  detail: z.record(z.string(), z.unknown()),
  digest: z.string(),
});

function parsePlan(text: string, path: string): Plan {
  const data = parseJson(text, path);
  const version = z.object({ version: z.number() }).safeParse(data);
  if (version.success && version.data.version > 1) {
    throw new Fault('unsupported', `${path} is a plan of version ${version.data.version}`, {
      next: 'Apply it with the gamekeeper that made it',
    });
  }
  const plan = fitShape(planSchema, data);
  if (plan.kind === 'wrong') throw damaged(path, plan.what);
  if (planDigest(plan.data) !== plan.data.digest) throw damaged(path, 'its digest does not fit its content');
  return plan.data;
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw damaged(path, 'it is not JSON', thrown);
  }
}

function damaged(path: string, why: string, cause?: unknown): Fault {
  return new Fault('integrity', `${path} is no plan as it was saved: ${why}`, {
    next: 'Make a new plan; one that was edited or damaged is never applied',
    cause,
  });
}

function usedBefore(id: PlanId, user: string): Fault {
  return new Fault('refused', `Plan ${id} was used${user}`, { next: 'Make a new plan: a plan is used once' });
}

async function userOf(path: string): Promise<string> {
  try {
    const { run } = z.object({ run: z.string() }).parse(JSON.parse(await readFile(path, 'utf8')));
    return ` by run ${run}`;
  } catch {
    return ' before';
  }
}
