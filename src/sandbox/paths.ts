import { join } from 'node:path';

/** Everything that a sandbox keeps, all within its folder. */
export const sandboxPaths = (folder: string) => ({
  /** Of the embedded backend. */
  data: join(folder, 'data'),
  announcement: join(folder, 'sandbox.json'),
  faults: join(folder, 'faults.json'),
  flags: join(folder, 'flags.json'),
  ports: join(folder, 'ports.json'),
  /** Held by the running sandbox; freed by the kernel however it ends. */
  lock: join(folder, 'sandbox.lock'),
  log: join(folder, 'sandbox.log'),
});
