/** What header, totals and manifest of an archive have in common. Fields that came later are optional: older archives lack them. */
import * as z from 'zod';
import type { ArchiveFilter, LeftOut, Meanwhile, Resumed, Unsupported } from './archive-list.ts';

export const count = z.int().nonnegative();
const layout = z.enum(['current', 'legacy']);

export const filterShape = z.object({
  includeCompleted: z.boolean(),
  where: z
    .object({
      phases: z.array(z.string()).readonly().optional(),
      changedBeforeMs: count.optional(),
      changedSinceMs: count.optional(),
      idPattern: z.string().optional(),
      layout: layout.optional(),
    })
    .optional(),
}) satisfies z.ZodType<ArchiveFilter>;

/** What the totals say beyond the count of games and bytes. */
export const totalsShape = {
  gamesByPhase: z.record(z.string(), count).optional(),
  leftOut: z.object({
    completed: count,
    vanished: count,
    filtered: count.optional(),
    undated: count.optional(),
  }) satisfies z.ZodType<LeftOut>,
  unsupported: z
    .array(z.object({ id: z.string(), layout, why: z.string() }) satisfies z.ZodType<Unsupported>)
    .readonly()
    .optional(),
  meanwhile: z.object({ changed: count, gone: count.optional() }).optional() satisfies z.ZodType<
    Meanwhile | undefined
  >,
  resumed: z
    .object({ games: count, untilMs: count, gone: count } satisfies Record<keyof Resumed, unknown>)
    .optional(),
};
