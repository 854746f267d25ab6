import { fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { disk } from '../../../src/action/disk.ts';
import { createLog } from '../../../src/action/log.ts';
import { readLog, verifyLog } from '../../../src/action/log-reader.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { tempFolder } from '../../setup/temp-folder.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

function freshLog() {
  const path = join(tempFolder(), 'log.jsonl');
  const log = createLog({ path, clock: virtualClock() });
  const events = async () => {
    const seen: string[] = [];
    for await (const { event } of readLog(path)) seen.push(event);
    return seen;
  };
  return { path, log, events };
}

async function logOf(...events: readonly string[]) {
  const fresh = freshLog();
  const hashes: string[] = [];
  for (const event of events) hashes.push(await fresh.log.append(event, { note: `about ${event}` }));
  return { ...fresh, hashes, text: readFileSync(fresh.path, 'utf8') };
}

describe('appending', () => {
  test('makes the lines of format 1', async () => {
    const { text } = await logOf('first', 'second');
    await expect(text).toMatchFileSnapshot('log-1.golden.jsonl');
  });

  test('keeps any text, and nothing but printable ASCII reaches the file', async () => {
    const { log, path } = freshLog();
    const note = 'naïve \u001b[2J \u202e 漢字 😀 \ud800 \n';
    await log.append('odd', { note });
    expect(readFileSync(path, 'latin1')).toMatch(/^[ -~]*\n$/);
    for await (const line of readLog(path)) expect(line.note).toBe(note);
  });

  test('returns the hash that is the head', async () => {
    const { log, hashes } = await logOf('a', 'b');
    expect(await log.head()).toBe(hashes.at(-1));
  });

  test('by several processes at once loses nothing and keeps one chain', async () => {
    const { path } = freshLog();
    const program = `
      import { createLog } from ${JSON.stringify(new URL('../../../src/action/log.ts', import.meta.url).href)};
      import { systemClock } from ${JSON.stringify(new URL('../../../src/base/clock.ts', import.meta.url).href)};
      const log = createLog({ path: ${JSON.stringify(path)}, clock: systemClock });
      for (let n = 0; n < 15; n++) await log.append('from-' + process.pid, { n });
    `;
    const script = join(tempFolder(), 'append.mjs');
    writeFileSync(script, program);
    const exits = [1, 2, 3].map(() => once(fork(script), 'exit'));
    expect((await Promise.all(exits)).map(([code]) => code)).toEqual([0, 0, 0]);
    expect(await verifyLog(path)).toMatchObject({ kind: 'intact', lines: 45 });
  });

  test('at once within one process keeps one chain', async () => {
    const { path } = freshLog();
    const log = createLog({ path, clock: systemClock });
    await Promise.all(Array.from({ length: 10 }, (_, n) => log.append('e', { n })));
    expect(await verifyLog(path)).toMatchObject({ kind: 'intact', lines: 10 });
  });

  test('finds the end of a log whose last line is longer than what is read first', async () => {
    const { log, path } = await logOf('a');
    await log.append('long', { note: 'x'.repeat(200_000) });
    await log.append('b', {});
    expect(await verifyLog(path)).toMatchObject({ kind: 'intact', lines: 3 });
  });
});

describe('a crash', () => {
  test('at any byte of an append is closed by the next one, and all whole lines stay', async () => {
    const { text } = await logOf('a', 'b', 'c');
    const whole = (cut: number) => text.slice(0, cut).split('\n').length - 1;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: text.length }), async (cut) => {
        const { path, log, events } = freshLog();
        writeFileSync(path, text.slice(0, cut));
        expect(await verifyLog(path)).toMatchObject({ kind: 'intact' });
        await log.append('after', {});
        const found = await verifyLog(path);
        expect(found).toMatchObject({ kind: 'intact' });
        const kept = (await events()).filter((event) => event !== 'torn' && event !== 'after');
        expect(kept.length).toBeGreaterThanOrEqual(whole(cut));
        expect((await events()).at(-1)).toBe('after');
      }),
      { numRuns: 60 },
    );
  });

  test('while a torn line is being closed is closed as well', async () => {
    const { path, text } = await logOf('a', 'b');
    const cut = text.slice(0, -20);
    writeFileSync(path, cut);
    const log = createLog({ path, clock: virtualClock() });
    await log.append('c', {});
    const closed = readFileSync(path, 'utf8');
    for (let end = cut.length; end <= closed.length; end += 7) {
      writeFileSync(path, closed.slice(0, end));
      await log.append('d', {});
      expect(await verifyLog(path)).toMatchObject({ kind: 'intact' });
    }
  });

  test('is counted, with the hash of what was left', async () => {
    const { path, log } = await logOf('a', 'b');
    truncateSync(path, readFileSync(path).length - 5);
    await log.append('c', {});
    expect(await verifyLog(path)).toMatchObject({ kind: 'intact', torn: 1 });
    expect(readFileSync(path, 'utf8')).toMatch(
      /"event":"torn","fragmentBytes":\d+,"fragmentSha256":"[0-9a-f]{64}"/,
    );
  });

  test('in the middle of a letter of many bytes is one too', async () => {
    const { path, log } = await logOf('a');
    appendFileSync(path, '{"seq":1,"atMs":17');
    await log.append('b', {});
    expect(await verifyLog(path)).toMatchObject({ kind: 'intact', torn: 1 });
  });
});

describe('verification', () => {
  const lines = (text: string) => text.trimEnd().split('\n');
  const withLines = async (change: (all: string[]) => string[]) => {
    const { path, text } = await logOf('a', 'b', 'c', 'd');
    writeFileSync(path, `${change(lines(text)).join('\n')}\n`);
    return verifyLog(path);
  };

  test.each<[string, number, (all: string[]) => string[]]>([
    ['an edit', 2, (all) => all.map((line) => line.replace('about b', 'about x'))],
    [
      'an edited hash',
      2,
      (all) => all.map((line, at) => (at === 1 ? line.replace(/.{3}"}$/, '000"}') : line)),
    ],
    ['a deletion', 2, (all) => all.toSpliced(1, 1)],
    ['a deletion at the start', 1, (all) => all.slice(1)],
    ['a new order', 2, ([a = '', b = '', c = '', d = '']) => [a, c, b, d]],
    ['a copy', 3, (all) => all.toSpliced(2, 0, all[1] ?? '')],
    ['an insertion', 2, (all) => all.toSpliced(1, 0, 'hello')],
    ['an empty line', 3, (all) => all.toSpliced(2, 0, '')],
    [
      'a line cut in the middle of the log',
      2,
      (all) => all.map((line, at) => (at === 1 ? line.slice(0, 40) : line)),
    ],
    ['spaces', 3, (all) => all.map((line, at) => (at === 2 ? line.replace(',', ', ') : line))],
  ])('reports %s', async (_, line, change) => {
    expect(await withLines(change)).toMatchObject({ kind: 'broken', line });
  });

  test('reports a line that was edited to look torn, once it is closed', async () => {
    const { path, log, text } = await logOf('a', 'b');
    writeFileSync(path, text.replace('about b', 'about x'));
    await log.append('c', {});
    expect(await verifyLog(path)).toMatchObject({ kind: 'broken', line: 2 });
  });

  test('finds a cut tail by a hash that was noted', async () => {
    const { path, text, hashes } = await logOf('a', 'b', 'c');
    writeFileSync(path, `${lines(text).slice(0, 2).join('\n')}\n`);
    expect(await verifyLog(path)).toMatchObject({ kind: 'intact', lines: 2 });
    expect(await verifyLog(path, [hashes[2] ?? ''])).toMatchObject({ kind: 'broken', line: 3 });
  });

  test('passes a log that has grown since its head was noted', async () => {
    const { path, hashes } = await logOf('a', 'b', 'c');
    expect(await verifyLog(path, [hashes[0] ?? ''])).toMatchObject({
      kind: 'intact',
      lines: 3,
      head: hashes[2],
    });
  });

  test('takes a missing file as an empty log, which lacks every head', async () => {
    const { path } = freshLog();
    expect(await verifyLog(path)).toEqual({ kind: 'intact', lines: 0, head: undefined, torn: 0 });
    expect(await verifyLog(path, ['f'.repeat(64)])).toMatchObject({ kind: 'broken' });
  });

  test('finds every flipped byte', async () => {
    const { path, text, hashes } = await logOf('a', 'b');
    const bytes = Buffer.from(text);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
        const flipped = Buffer.from(bytes);
        flipped[at] = (flipped[at] ?? 0) ^ mask;
        writeFileSync(path, flipped);
        // Without its line feed the last line is still whole.
        if (at < bytes.length - 1) expect((await verifyLog(path, hashes.slice(1))).kind).toBe('broken');
      }),
      { numRuns: 300 },
    );
  });
});

describe('the disk', () => {
  test('keeps the old file when the new one cannot be written', async () => {
    const folder = tempFolder();
    const path = join(folder, 'file');
    await disk.replace(path, 'old');
    writeFileSync(join(folder, 'busy'), '');
    await expect(disk.replace(join(folder, 'busy', 'file'), 'new')).rejects.toMatchObject({
      code: 'io-failed',
    });
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(existsSync(`${path}.${process.pid}.part`)).toBe(false);
  });

  test('lets one of many claims win', async () => {
    const path = join(tempFolder(), 'claimed');
    const claims = await Promise.all(Array.from({ length: 8 }, (_, n) => disk.claim(path, `${n}`)));
    expect(claims.filter((won) => won)).toHaveLength(1);
  });
});
