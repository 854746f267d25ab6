import * as z from 'zod';

/**
 * Which bytes passed a validation and when; `<name>.verified.json`. It counts only while it fits the archive and its
 * manifest: what the manifest says was held against the archive then, and is believed for that alone.
 */
const markSchema = z.object({
  version: z.literal(2),
  manifest: z.string(),
  mtimeMs: z.number(),
  verifiedAtMs: z.number(),
});

export type VerifiedMark = z.infer<typeof markSchema>;

/** undefined when it is missing or unreadable: both mean "not verified". */
export function parseMark(text: string | undefined): VerifiedMark | undefined {
  if (text === undefined) return undefined;
  try {
    return markSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
