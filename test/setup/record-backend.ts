/** A backend in memory: whole records, games appended to them, and what a test does to them from outside. */

import { eventField, fieldOf, snapshotField, storedGame } from '../../src/backend/current-layout.ts';
import { createPhaseTally } from '../../src/backend/phase-tally.ts';
import type { Expected, PrimaryBackend, RecordRead } from '../../src/backend/port.ts';
import { checkRecord } from '../../src/backend/record-check.ts';
import { refusalsBy } from '../../src/backend/refusals.ts';
import type { Clock } from '../../src/base/clock.ts';
import { Fault } from '../../src/base/fault.ts';
import type { GameRecord, RecordKey, RecordPart } from '../../src/game/record.ts';
import { recordDigest, sortedParts } from '../../src/game/record-codec.ts';
import { keyText, phaseOf } from '../../src/game/record-words.ts';

export interface RecordBackend extends PrimaryBackend {
  /** What is stored, by `keyText`. */
  readonly records: Map<string, GameRecord>;
  /** Keys that hold something no record can hold. */
  readonly unreadable: Set<string>;
  /** Every call that could have written. */
  readonly writes: RecordKey[];
  /** Runs before each write; may change `records`, or throw as the network does. */
  beforeWrite: (key: RecordKey) => void;
  /** What it has no room for, like a storage of items of a certain size. */
  refuses: (record: GameRecord) => Fault | undefined;
  /** Runs before each batch is read. */
  beforeRead: (keys: readonly RecordKey[]) => void;
  /** The digests of all that is stored. */
  digests(): Record<string, string>;
}

export function recordBackend(clock: Clock, stored: readonly GameRecord[] = []): RecordBackend {
  const records = new Map(stored.map((record) => [keyText(record), record]));
  const unreadable = new Set<string>();
  const writes: RecordKey[] = [];
  let lock: { readonly text: string; readonly endsAtMs: number } | undefined;

  const read = (key: RecordKey): RecordRead => {
    if (unreadable.has(keyText(key))) {
      return { kind: 'unreadable', fault: new Fault('record-unreadable', 'it is a list') };
    }
    const record = records.get(keyText(key));
    return record ? { kind: 'record', record } : { kind: 'absent' };
  };

  const replace = (key: RecordKey, expected: Expected, record?: GameRecord) => {
    writes.push(key);
    backend.beforeWrite(key);
    const found = read(key);
    const actual = found.kind === 'record' ? recordDigest(found.record) : found.kind;
    if (actual !== expected) return { kind: 'changed' } as const;
    if (record) records.set(keyText(key), record);
    else records.delete(keyText(key));
    return { kind: 'written' } as const;
  };

  const backend: RecordBackend = {
    kind: 'embedded',
    location: 'memory',
    readsFrom: 'primary',
    supports: { legacyLayout: true, sharedBetweenProcesses: false, transactions: false },
    records,
    unreadable,
    writes,
    beforeWrite: () => {},
    refuses: () => undefined,
    beforeRead: () => {},
    digests: () =>
      Object.fromEntries([...records].map(([key, record]) => [key, recordDigest(record)]).sort()),
    ping: async () => {},
    async append(id, { expectedRevision: expected, phase, atMs, event, snapshot, expiresAtMs }) {
      const key: RecordKey = { id, layout: 'current' };
      writes.push(key);
      backend.beforeWrite(key);
      const before = records.get(keyText(key));
      const actual = before?.revision ?? 0;
      if (actual !== expected) return { kind: 'conflict', expected, actual };
      const revision = actual + 1;
      const added: Fields = {
        ...(before ? {} : { created: String(atMs) }),
        ...{ rev: String(revision), phase, updated: String(atMs) },
        ...(event ? { [eventField(revision)]: event } : {}),
        ...(snapshot ? { [snapshotField(revision)]: snapshot.bytes } : {}),
      };
      const keep = snapshot?.keep ?? Number.POSITIVE_INFINITY;
      const parts = trimmed(withFields(before?.parts ?? [], added), keep, 0);
      records.set(keyText(key), {
        ...key,
        revision,
        parts,
        ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
      });
      return { kind: 'committed', revision };
    },
    async read(id) {
      const record = records.get(keyText({ id, layout: 'current' }));
      return record && storedGame(record);
    },
    async putSnapshot(id, { revision, bytes, keep, dropEventsThrough }) {
      const key: RecordKey = { id, layout: 'current' };
      writes.push(key);
      backend.beforeWrite(key);
      const before = records.get(keyText(key));
      if (!before?.revision || before.revision < revision)
        return { kind: 'refused', actual: before?.revision ?? 0 };
      const parts = withFields(before.parts, { [snapshotField(revision)]: bytes });
      records.set(keyText(key), { ...before, parts: trimmed(parts, keep, dropEventsThrough) });
      return { kind: 'stored' };
    },
    examine: async () => [],
    async census() {
      const tally = createPhaseTally();
      for (const record of records.values()) tally.add(record.layout, phaseOf(record));
      return { atMs: clock.now(), games: tally.list(), snapshots: 0, usedBytes: {}, limitBytes: undefined };
    },
    async *scan() {
      const keys = [...records.values(), ...[...unreadable].map(keyOfText)];
      yield [];
      for (let at = 0; at < keys.length; at += 3) {
        yield keys.slice(at, at + 3).map(({ id, layout }) => ({ id, layout }));
      }
    },
    async readRecords(keys) {
      backend.beforeRead(keys);
      return keys.map(read);
    },
    refusals: async () => refusalsBy((record) => backend.refuses(record)),
    async replaceRecord(record, expected) {
      checkRecord(record, clock.now());
      const refusal = backend.refuses(record);
      if (refusal) throw refusal;
      return replace(record, expected, record);
    },
    removeRecord: async (key, expected) => replace(key, expected),
    async changeLock({ from, to, leaseMs }) {
      const found = lock && lock.endsAtMs > clock.now() ? lock.text : undefined;
      if (found !== from) return found;
      lock = to === undefined ? undefined : { text: to, endsAtMs: clock.now() + leaseMs };
      return to;
    },
    close: async () => {},
  };
  return backend;
}

function keyOfText(text: string): RecordKey {
  const id = text.slice(text.indexOf(':') + 1);
  return { id, layout: text.startsWith('legacy') ? 'legacy' : 'current' };
}

type Fields = Readonly<Record<string, string | Uint8Array>>;

function withFields(parts: readonly RecordPart[], fields: Fields): RecordPart[] {
  const others = parts.filter(({ name }) => !Object.hasOwn(fields, Buffer.from(name).toString('latin1')));
  const added = Object.entries(fields).map(
    ([name, value]): RecordPart => ({
      name: Buffer.from(name),
      value: { kind: 'bytes', bytes: Buffer.from(value) },
    }),
  );
  return sortedParts([...others, ...added]);
}

function trimmed(parts: readonly RecordPart[], keep: number, dropEventsThrough: number): RecordPart[] {
  const revisionsOf = parts.flatMap(({ name }) => {
    const field = fieldOf(name);
    return field?.kind === 'snapshot' ? [field.revision] : [];
  });
  const kept = new Set(revisionsOf.sort((a, b) => b - a).slice(0, keep));
  return parts.filter(({ name }) => {
    const field = fieldOf(name);
    if (field?.kind === 'snapshot') return kept.has(field.revision);
    return field?.kind !== 'event' || field.revision > dropEventsThrough;
  });
}
