/** A game in the layout that the platform wrote before ours, as far as it can be understood; for showing, never for writing. */
import type { Json } from './game.ts';
import { readJsonText } from './json-text.ts';
import { isPhase } from './phases.ts';
import type { GameRecord, PartValue } from './record.ts';

export interface LegacyView {
  /** As it is written; one that no game has is a problem too. */
  readonly phase?: string;
  readonly state?: Json;
  /** As they are: this layout says nothing about their shape. */
  readonly snapshots: readonly Json[];
  readonly transitions: readonly Json[];
  readonly updatedAtMs?: number;
  /** One line for each field that is missing or cannot be understood. */
  readonly problems: readonly string[];
  /** One line for each value that is sound in storage, and told here in another type, as JSON has none for it. */
  readonly retold: readonly string[];
}

const timeField = Buffer.from('last_updated');
const nobody: Say = { wrong: () => undefined, retold: () => undefined };

/** Of the last change, without reading the rest; undefined when it is missing or no time. */
export function readLegacyTime({ parts }: Pick<GameRecord, 'parts'>): number | undefined {
  const part = parts.find(({ name }) => timeField.equals(name));
  return part && readTime(part.value, nobody);
}

/** Redis keeps these fields as JSON text; DynamoDB as text too, or in types of its own. */
export function readLegacy(record: Pick<GameRecord, 'parts'>): LegacyView {
  const problems: string[] = [];
  const retold: string[] = [];
  const values = new Map(
    record.parts.map(({ name, value }) => [Buffer.from(name).toString('latin1'), value]),
  );
  const field = <T>(name: string, read: (value: PartValue, say: Say) => T | undefined): T | undefined => {
    const say: Say = {
      wrong: (problem) => void problems.push(`${name}: ${problem}`),
      retold: (what) => void retold.push(`${name}: ${what}`),
    };
    const value = values.get(name);
    return value ? read(value, say) : say.wrong('is missing');
  };
  const phase = field('phase', readPhase);
  const state = field('state', readJson);
  const snapshots = field('snapshots', readList) ?? [];
  const transitions = field('transitions', readList) ?? [];
  const updatedAtMs = field('last_updated', readTime);
  return {
    ...(phase === undefined ? {} : { phase }),
    ...(state === undefined ? {} : { state }),
    ...(updatedAtMs === undefined ? {} : { updatedAtMs }),
    snapshots,
    transitions,
    problems,
    retold,
  };
}

interface Say {
  wrong(problem: string): undefined;
  retold(what: string): undefined;
}

function readPhase(value: PartValue, say: Say): string | undefined {
  if (!isText(value)) return say.wrong(`is no text but ${value.kind}`);
  const text = textOf(value);
  if (text === undefined) return say.wrong('is not UTF-8');
  if (!isPhase(text)) say.wrong(`"${text}" is no phase`);
  return text;
}

function readJson(value: PartValue, say: Say): Json | undefined {
  if (!isText(value)) return plain(value, say);
  const text = textOf(value);
  if (text === undefined) return say.wrong('is not UTF-8');
  const read = readJsonText(text);
  if (read.kind === 'wrong') return say.wrong(read.why);
  for (const digits of read.inexact) sayInexact(digits, say);
  return read.json;
}

function readList(value: PartValue, say: Say): readonly Json[] | undefined {
  const json = readJson(value, say);
  if (json === undefined || Array.isArray(json)) return json;
  return say.wrong('is no list');
}

/** Of a time without a unit: what is less cannot be milliseconds of this century. */
const leastMs = 1e11;

function readTime(value: PartValue, say: Say): number | undefined {
  const text = value.kind === 'number' ? value.digits : isText(value) ? textOf(value) : undefined;
  const number = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
  const atMs = Number.isNaN(number) ? Date.parse(text ?? '') : number < leastMs ? number * 1000 : number;
  return Number.isNaN(new Date(atMs).getTime()) ? say.wrong('is no time') : Math.round(atMs);
}

type TextValue = Extract<PartValue, { kind: 'text' | 'bytes' }>;

const isText = (value: PartValue): value is TextValue => value.kind === 'text' || value.kind === 'bytes';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** undefined for bytes that are none: with characters put in their place it would be another text. */
function textOf(value: TextValue): string | undefined {
  if (value.kind === 'text') return value.text;
  try {
    return utf8.decode(value.bytes);
  } catch {
    return undefined;
  }
}

/** What DynamoDB tells apart and JSON does not is said, not hidden. */
function plain(value: PartValue, say: Say): Json {
  switch (value.kind) {
    case 'text':
      return value.text;
    case 'number':
      return plainNumber(value.digits, say);
    case 'boolean':
      return value.value;
    case 'null':
      return null;
    case 'list':
      return value.items.map((item) => plain(item, say));
    case 'map':
      return Object.fromEntries(
        value.entries.map((entry) => [Buffer.from(entry.name).toString(), plain(entry.value, say)]),
      );
    case 'bytes':
      say.retold('holds bytes, shown as base64');
      return Buffer.from(value.bytes).toString('base64');
    case 'text-set':
    case 'number-set':
    case 'bytes-set':
      return plainSet(value, say);
  }
}

function plainNumber(digits: string, say: Say): Json {
  const number = Number(digits);
  if (String(number) === digits) return number;
  sayInexact(digits, say);
  return digits;
}

const sayInexact = (digits: string, say: Say) =>
  say.retold(`holds ${digits}, shown as text to keep every digit`);

function plainSet({ kind, items }: Extract<PartValue, { items: readonly Uint8Array[] }>, say: Say): Json {
  say.retold(`holds a ${kind}, shown as a list`);
  const encoding = kind === 'bytes-set' ? 'base64' : 'utf8';
  return items.map((item) => Buffer.from(item).toString(encoding));
}
