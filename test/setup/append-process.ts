/**
 * A process that appends to one game, in competition with others:
 * `node append-process.ts ADDRESS ID COUNT`. Prints the revision of each event that it has stored.
 */
import { parseGameId } from '../../src/game/game.ts';
import { openAddress } from './open-address.ts';

const [address = '', id = '', count = '0'] = process.argv.slice(2);
const backend = openAddress(address);
const game = parseGameId(id);

let expectedRevision = 0;
for (let stored = 0; stored < Number(count); ) {
  const event = Buffer.from(String(process.pid));
  const answer = await backend.append(game, { expectedRevision, phase: 'TURN', atMs: Date.now(), event });
  if (answer.kind === 'committed') {
    stored++;
    process.stdout.write(`${answer.revision}\n`);
  }
  expectedRevision = answer.kind === 'committed' ? answer.revision : answer.actual;
}
await backend.close();
