/** Games in the layout that the platform wrote before the engine, and what operators meet among them in the field. */
import type { GameRecord } from '../game/record.ts';
import { sortedParts } from '../game/record-codec.ts';

export function legacyGames(nowMs: number): readonly GameRecord[] {
  const earlier = new Date(nowMs - 3 * 86_400_000).toISOString();
  const state = JSON.stringify({
    room_id: 'legacy-7f21',
    phase: 'TURN',
    players: [
      { id: 'player-1', name: 'Ada' },
      { id: 'player-2', name: 'Zoë' },
    ],
    created_at: earlier,
    updated_at: earlier,
  });
  const transitions = JSON.stringify([{ from: 'DECLARATION', to: 'TURN', at: earlier, player: 'player-1' }]);
  const common = { phase: 'TURN', state, snapshots: '[]', transitions, last_updated: earlier };
  return [
    legacy('legacy-7f21', common),
    legacy('legacy-3c90', { ...common, region: 'eu-west', matchmaking_token: 'a9f3' }),
    // The server died in the middle of writing.
    legacy('legacy-broken', { ...common, state: state.slice(0, 90) }),
    // A name that a client chose: printed as it is, it would clear the operator's screen.
    legacy('legacy-\u001b[2J\u001b[31mowned', common),
  ];
}

function legacy(id: string, fields: Readonly<Record<string, string>>): GameRecord {
  const parts = Object.entries(fields).map(([name, text]) => ({
    name: Buffer.from(name),
    value: { kind: 'bytes' as const, bytes: Buffer.from(text) },
  }));
  return { id, layout: 'legacy', parts: sortedParts(parts) };
}
