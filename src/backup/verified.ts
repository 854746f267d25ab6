import * as z from 'zod';

/**
 * How the last validation of which bytes ended and when; `<name>.verified.json`. It counts only while it fits the
 * archive, and a pass its manifest too: what that says was held against the archive then, and is believed for that alone.
 */
const markSchema = z.discriminatedUnion('verdict', [
  z.object({
    version: z.literal(2),
    verdict: z.literal('passed'),
    mtimeMs: z.number(),
    atMs: z.number(),
    manifest: z.string(),
  }),
  z.object({ version: z.literal(2), verdict: z.literal('failed'), mtimeMs: z.number(), atMs: z.number() }),
]);

export type VerifiedMark = z.infer<typeof markSchema>;

/** Of the bytes that were read, and the digest of what their manifest must be. */
export type Pass = Pick<Extract<VerifiedMark, { verdict: 'passed' }>, 'manifest' | 'mtimeMs' | 'atMs'>;

export const markText = (mark: VerifiedMark): string => `${JSON.stringify(mark)}\n`;

/** undefined when it is missing or unreadable: both mean "not verified". */
export function parseMark(text: string | undefined): VerifiedMark | undefined {
  if (text === undefined) return undefined;
  try {
    return markSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
