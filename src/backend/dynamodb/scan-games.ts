/**
 * Every game by a scan of whole items. Those of one id come one after the other, so a head comes with its pieces; and
 * as pieces never change, they are one state of the game, whenever each was read. Where one is missing the head has moved
 * on meanwhile, and the game is read by its key.
 */
import { inParallel } from '../../base/in-parallel.ts';
import type { Layout } from '../../game/record.ts';
import { encodedOf } from '../encoded-scan.ts';
import type { EncodedRead, RecordRead } from '../port.ts';
import type { Item } from './attribute-value.ts';
import { legacyRecord } from './legacy-item.ts';
import { foundIn, readGame } from './read.ts';
import { readable, readOf, readOfGame } from './records.ts';
import type { Call } from './requests.ts';
import { asTheyCome, type ScanPage, scanSegments } from './scan.ts';
import type { Tables } from './tables.ts';

interface FoundGame {
  readonly id: string;
  readonly layout: Layout;
  readonly items: Item[];
}

/** @param atOnce games that are read by their keys at the same time */
export async function* scanGames(
  tables: Tables,
  segments: number,
  startCall: () => Call,
  atOnce: number,
): AsyncGenerator<readonly EncodedRead[]> {
  const { current, legacy } = tables;
  const lanesOf = (table: string, layout: Layout) =>
    scanSegments({ table, consistent: true }, segments, startCall).map((pages) => gamesOf(pages, layout));
  const lanes = [
    ...(current.exists ? lanesOf(current.name, 'current') : []),
    ...(legacy ? lanesOf(legacy.name, 'legacy') : []),
  ];
  for await (const games of asTheyCome(lanes)) {
    const reads = await inParallel(games, atOnce, async (game) =>
      encodedOf(game, await readable(game, () => readFound(startCall(), tables, game))),
    );
    // What has expired, and pieces that no head names.
    yield reads.filter(({ kind }) => kind !== 'absent');
  }
}

/** The last one of a page may go on in the next. */
async function* gamesOf(
  pages: AsyncIterable<ScanPage<unknown>>,
  layout: Layout,
): AsyncGenerator<readonly FoundGame[], undefined> {
  let last: FoundGame | undefined;
  for await (const { items } of pages) {
    const games: FoundGame[] = [];
    for (const item of items) {
      const id = item.game_id?.S ?? '';
      if (last?.id !== id) {
        if (last) games.push(last);
        last = { id, layout, items: [] };
      }
      last.items.push(item);
    }
    yield games;
  }
  yield last ? [last] : [];
  return undefined;
}

async function readFound(
  call: Call,
  { current, legacy }: Tables,
  { id, layout, items }: FoundGame,
): Promise<RecordRead> {
  if (layout === 'legacy') {
    const [item] = items;
    return readOf(item && legacy && legacyRecord(legacy, id, item, call.nowMs()));
  }
  const found = foundIn(id, items, call.nowMs());
  return readOfGame(id, found.missing ? await readGame(call, current.name, id) : found);
}
