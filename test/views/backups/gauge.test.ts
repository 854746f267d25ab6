import { expect, test } from 'vitest';
import { gaugeLine, gaugeLines } from '../../../views/backups/gauge.ts';
import { cellsOfLine, type Line } from '../../../views/line.ts';
import { createTheme } from '../../../views/theme.ts';
import { archive, backups, manifest, startMs } from '../../setup/console-ports.ts';

const hourMs = 3_600_000;
const { glyphs } = createTheme({ color: true, ascii: true });
const room = { cells: 78, nowMs: startMs, maxAgeMs: 26 * hourMs, glyphs };

const text = (line: Line) =>
  line
    .map((piece) => piece.text)
    .join('')
    .trimEnd();
const tones = (line: Line) => new Set(line.map(({ tone }) => tone));

const aged = (hours: number, verified = true) => {
  const startedAtMs = startMs - hours * hourMs;
  return archive(`${hours} h`, {
    manifest: manifest(`${hours} h`, { startedAtMs, endedAtMs: startedAtMs + 12_000 }),
    verifiedAtMs: verified ? startMs : undefined,
  });
};

const drawn = (...of: Parameters<typeof backups>) => {
  const [age, newest] = gaugeLines(backups(...of).figures, room);
  return { age, newest, ageText: text(age), newestText: text(newest) };
};

test('half of the limit fills half of the bar', () => {
  const { age, ageText } = drawn([aged(13)]);
  expect(ageText).toBe(`Newest verified  ${'#'.repeat(13)}${'-'.repeat(13)}  13 h of 26 h`);
  expect(tones(age)).toContain('good');
});

test('says that the next one is due before the limit is reached', () => {
  const { age, ageText } = drawn([aged(22)]);
  expect(ageText).toMatch(/22 h of 26 h, due soon$/);
  expect(tones(age)).toContain('warn');
});

test('says so in words once it is too old, and the bar stays in its room', () => {
  const { age, ageText } = drawn([aged(60)]);
  expect(ageText).toBe(`Newest verified  ${'#'.repeat(26)}  ! TOO OLD: 2 d of 26 h`);
  expect(tones(age)).toContain('bad');
});

test('a newer backup that nobody validated does not make it younger', () => {
  const { ageText, newestText } = drawn([aged(1, false), aged(30)]);
  expect(ageText).toContain('TOO OLD: 30 h of 26 h');
  expect(newestText).toContain('not validated');
});

test('tells no backup from one that was never validated; neither has a bar', () => {
  expect(drawn([]).ageText).toBe('Newest verified  ! NONE: there is no backup of all games (limit 26 h)');
  expect(drawn([aged(1, false)]).ageText).toBe(
    'Newest verified  ! NONE: no backup was validated (limit 26 h)',
  );
});

test('tells how the last backup went, and of runs that failed since the newest verified one', () => {
  expect(drawn([aged(2)], 2).newestText).toMatch(
    /^Last backup +412 games, 1.2 MiB, 4.0:1, took 12 s +! 2 failed since$/,
  );
});

test('a backup from the future, by a wrong clock, makes nothing fresh', () => {
  expect(drawn([aged(-3), aged(30)]).ageText).toContain('TOO OLD: 30 h of 26 h');
});

test('a clock that is ahead by a moment makes no negative age', () => {
  expect(drawn([aged(-0.01)]).ageText).toContain('<1 s of 26 h');
});

test.each([20, 40, 78, 198])('keeps within %i cells', (cells) => {
  for (const archives of [[], [aged(13)], [aged(60)], [aged(1, false)]]) {
    for (const line of gaugeLines(backups(archives, 3).figures, { ...room, cells })) {
      expect(cellsOfLine(line)).toBeLessThanOrEqual(cells);
    }
  }
});

test('in one line where rows are short', () => {
  expect(text(gaugeLine(backups([aged(60)]).figures, room))).toBe('verified ! TOO OLD: 2 d of 26 h');
});
