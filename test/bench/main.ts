/** `npm run bench -- NAME…`: figures for the README. All of them without a name. */
import { cpus } from 'node:os';

const benches: Readonly<Record<string, () => Promise<{ run(): Promise<readonly string[]> }>>> = {
  redis: () => import('./redis-transitions.ts'),
  embedded: () => import('./embedded-transitions.ts'),
  backup: () => import('./backup.ts'),
  memory: () => import('./engine-memory.ts'),
  restore: () => import('./restored-games.ts'),
  dynamodb: () => import('./dynamodb.ts'),
  console: () => import('./console.ts'),
};

const print = (line: string) => process.stdout.write(`${line}\n`);

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
  process.stderr.write(
    `There is no bench ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}\n`,
  );
  process.exit(2);
}
print(`${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node ${process.versions.node}`);
for (const [name, load] of Object.entries(benches)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  print(`\n${name.padEnd(44)}${['rate', 'p50', 'p99', 'ratio'].map((word) => word.padStart(12)).join('')}`);
  for (const line of await (await load()).run()) print(line);
}
