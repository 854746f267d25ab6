import { act } from '../act.ts';
import { durationOption } from '../quantity.ts';
import type { VerbRun } from '../verb.ts';

export const run: VerbRun = async (call) =>
  act(call, call.world.actions['backup retire'], () => ({
    olderThanMs: durationOption(call, 'olderThan') ?? call.world.settings.engine.completedRetentionMs,
  }));
