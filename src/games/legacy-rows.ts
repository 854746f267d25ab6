import type { Json } from '../game/game.ts';
import type { EventRow } from './game-view.ts';
import { given } from './given.ts';

/** A transition of the legacy layout, which says nothing about its shape: what has a likely name is taken for it. */
export function legacyEventRow(transition: Json): EventRow {
  const fields = isObject(transition) ? transition : {};
  const text = (...names: readonly string[]) => names.map((name) => fields[name]).find(isText);
  return {
    sizeBytes: Buffer.byteLength(JSON.stringify(transition)),
    ...given({
      atMs: timeOf(text('at', 'timestamp', 'time')),
      type: text('type', 'action'),
      from: text('from', 'from_phase'),
      to: text('to', 'to_phase'),
      actor: text('actor', 'player', 'player_id'),
    }),
  };
}

const isText = (json: Json | undefined): json is string => typeof json === 'string';

const isObject = (json: Json): json is { readonly [key: string]: Json } =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

function timeOf(text: string | undefined): number | undefined {
  const atMs = Date.parse(text ?? '');
  return Number.isNaN(atMs) ? undefined : atMs;
}
