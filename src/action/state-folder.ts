import { createHash } from 'node:crypto';
import { join } from 'node:path';

/** Where one environment's plans, journals, audit log and locks lie on this machine. */
export interface StateFolder {
  readonly plans: string;
  readonly runs: string;
  /** Journals of walks through runbooks. */
  readonly walks: string;
  readonly locks: string;
  /** The audit log's file. */
  readonly audit: string;
}

export function stateFolder(stateDir: string, environment: string): StateFolder {
  const root = join(stateDir, fileNameOf(environment));
  return {
    plans: join(root, 'plans'),
    runs: join(root, 'runs'),
    walks: join(root, 'walks'),
    locks: join(root, 'locks'),
    audit: join(root, 'audit', 'audit.jsonl'),
  };
}

/** A safe name stays as it is; any other keeps its readable part and gets a hash, so two never meet in one file. */
export function fileNameOf(text: string): string {
  if (/^[a-z0-9][a-z0-9._-]{0,63}$/.test(text)) return text;
  const readable = text.replace(/[^A-Za-z0-9]+/g, '-').slice(0, 40);
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12);
  return `${readable}~${hash}`;
}
