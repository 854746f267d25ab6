/** The two sets of games that backups are measured with. */
import { createHash } from 'node:crypto';
import type { GameRecord } from '../../src/game/record.ts';
import { sortedParts } from '../../src/game/record-codec.ts';

export interface GameSet {
  readonly name: string;
  readonly games: number;
  readonly gameBytes: number;
}

export const gameSets: readonly GameSet[] = [
  { name: '20,000 games of 12 KB', games: 20_000, gameBytes: 12_000 },
  { name: '200,000 games of 1 KB', games: 200_000, gameBytes: 1_000 },
];

const events = 2;
const shareOfEvents = 0.3;

/** Always the same for its number; it compresses to about a quarter, as games do. */
export function benchRecord({ gameBytes }: GameSet, n: number): GameRecord {
  const id = `room-${String(n).padStart(8, '0')}`;
  const eventBytes = Math.round((gameBytes * shareOfEvents) / events);
  const fields: [string, string][] = [
    ['rev', String(events)],
    ['phase', 'TURN'],
    ['created', '1700000000000'],
    ['updated', '1700000060000'],
    ...Array.from({ length: events }, (_, e): [string, string] => [
      `e:${e + 1}`,
      text(`${n}.${e}`, eventBytes),
    ]),
    [`s:${events}`, text(`${n}`, gameBytes - events * eventBytes - 80)],
  ];
  const parts = fields.map(([name, value]) => ({
    name: Buffer.from(name),
    value: { kind: 'bytes' as const, bytes: Buffer.from(value) },
  }));
  return { id, layout: 'current', revision: events, parts: sortedParts(parts) };
}

function text(seed: string, length: number): string {
  let made = '{"players":[';
  for (let n = 0; made.length < length; n++) {
    const noise = createHash('md5').update(`${seed}.${n}`).digest('base64url');
    made += `{"id":"${noise.slice(0, 12)}","name":"player ${n}","score":${n * 37},"hand":["${noise.slice(12)}"],"connected":true},`;
  }
  return made.slice(0, length);
}
