import * as z from 'zod';
import type { FileStat } from './files.ts';

/** Which bytes passed a validation and when; `<name>.verified.json`. It counts only while it fits the archive. */
const markSchema = z.object({
  version: z.literal(1),
  rootHash: z.string(),
  sizeBytes: z.number(),
  mtimeMs: z.number(),
  verifiedAtMs: z.number(),
});

export type VerifiedMark = z.infer<typeof markSchema>;

/** undefined when the mark is missing, unreadable, or about other bytes: all of them mean "not verified". */
export function verifiedAt(text: string | undefined, rootHash: string, stat: FileStat): number | undefined {
  const mark = parseMark(text);
  const fits =
    mark?.rootHash === rootHash && mark.sizeBytes === stat.sizeBytes && mark.mtimeMs === stat.mtimeMs;
  return fits ? mark.verifiedAtMs : undefined;
}

function parseMark(text: string | undefined): VerifiedMark | undefined {
  if (text === undefined) return undefined;
  try {
    return markSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
