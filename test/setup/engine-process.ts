/**
 * A game server that plays one game for ever: `node engine-process.ts ADDRESS ID STRATEGY`. Prints the number of
 * transitions in the newest state each time it was told that this state is stored.
 */
import { systemClock } from '../../src/base/clock.ts';
import type { Transitioned } from '../../src/engine/engine.ts';
import type { StrategyName } from '../../src/engine/settings.ts';
import { parseGameId } from '../../src/game/game.ts';
import type { Phase } from '../../src/game/phases.ts';
import { engineRoom } from './engine-room.ts';
import { openAddress } from './open-address.ts';
import { move } from './transitions.ts';

const [address = '', name = '', strategy = ''] = process.argv.slice(2);
const id = parseGameId(name);
// Small, so that whatever an engine writes is written all the time.
const settings = {
  // Holds: the test names one.
  strategy: strategy as StrategyName,
  snapshotIntervalMs: 20,
  compactAfterEvents: 10,
  maxEvents: 20,
  snapshotsKept: 3,
  persistIntervalMs: 10,
};
const { engine } = engineRoom(openAddress(address), settings, { ...systemClock, advance() {} });

let moves = 0;
function told(answer: Transitioned): Transitioned & { kind: 'committed' | 'unpersisted' } {
  if (!('revision' in answer)) throw new Error('Nobody else plays this game');
  moves++;
  if (answer.kind === 'committed') process.stdout.write(`${moves}\n`);
  return answer;
}

let at = told(await engine.create(id, { moves: 1 }, 'ada'));
const start: readonly Phase[] = ['PREPARATION', 'DECLARATION'];
for (;;) {
  const to = start[moves - 1] ?? 'TURN';
  at = told(await engine.append(id, move(to, { moves: moves + 1 }), at));
  // As a real one, it does other things in between, so that snapshots come and go.
  await systemClock.sleep(1);
}
