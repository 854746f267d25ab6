/**
 * dynalite on a free port of 127.0.0.1, in memory, for as long as its standard input is open. Prints the port.
 *
 * dynalite compares lists and maps in conditions by identity, where DynamoDB compares their content: that is mended.
 */
import type { Server } from 'node:http';
import { createRequire, registerHooks } from 'node:module';
import type { AddressInfo } from 'node:net';

const wrong = 'return val1 == val2';
const right = `const canonical = (v) => v && typeof v === 'object' && !Array.isArray(v)
      ? Object.fromEntries(Object.keys(v).sort().map((k) => [k, canonical(v[k])])) : Array.isArray(v) ? v.map(canonical) : v;
    return JSON.stringify(canonical(val1)) === JSON.stringify(canonical(val2))`;
const wrongLists = 'if (Array.isArray(val1) && Array.isArray(val2)) {';
const rightLists = `if (Array.isArray(val1) && Array.isArray(val2) && typeof (val1[0] ?? '') === 'string') {`;

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith('/dynalite/db/index.js')) return loaded;
    const source = String(loaded.source);
    if (!source.includes(wrong) || !source.includes(wrongLists)) throw new Error('dynalite is not as it was');
    return { ...loaded, source: source.replace(wrong, right).replace(wrongLists, rightLists) };
  },
});

const require = createRequire(import.meta.url);
const dynalite: (options: Record<string, number>) => Server = require('dynalite');
const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
process.stdin.on('end', () => process.exit()).resume();
