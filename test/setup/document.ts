/** The JSON document that every verb prints, read as a script would read it. */
import { z } from 'zod';
import type { Ran } from './world.ts';

const progressSchema = 'gamekeeper/progress/1';

const documentSchema = z.object({
  schema: z.string().regex(/^gamekeeper\/[a-z-]+\/1$/),
  ok: z.boolean(),
  exit: z.number(),
  environment: z.string().optional(),
  simulated: z.boolean().optional(),
  fault: z.object({ code: z.string(), message: z.string(), next: z.string().optional() }).optional(),
  /** Each test knows the shape it asks for. */
  result: z.any().optional(),
});

export type Document = z.infer<typeof documentSchema>;

/** @throws when stdout is not progress lines and then exactly one document that agrees with the exit code */
export function documentOf({ exit, stdout, stderr }: Ran): Document {
  const lines = stdout.split('\n');
  if (lines.pop() !== '') throw new Error(`stdout does not end with a line: ${stdout}\nstderr: ${stderr}`);
  const parsed = lines.map((line) => JSON.parse(line));
  const document = documentSchema.parse(parsed.pop());
  const strange = parsed.find(({ schema }) => schema !== progressSchema);
  if (strange) throw new Error(`A line before the document is no progress: ${JSON.stringify(strange)}`);
  if (document.exit !== exit) throw new Error(`The document says exit ${document.exit}, the process ${exit}`);
  if (document.ok !== (exit === 0)) throw new Error(`ok is ${document.ok} with exit ${exit}`);
  return document;
}
