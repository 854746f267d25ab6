/** A window that changes its size: every row is what a fresh drawing would show. */
import { describe, expect, vi } from 'vitest';
import { awaitVerdict, large, small, testOnSandbox as test } from '../setup/scenario.ts';
import type { Terminal } from '../setup/terminal.ts';
import type { Size } from '../setup/world.ts';

const tiny: Size = { columns: 40, rows: 10 };

/**
 * What does not change by itself: numbers and bars move from second to second, and blanks with their width. The verdict
 * may change meanwhile, and with it how many rows it takes above the tabs, whether there is a runbook to open, and so which
 * keys fit into the last row: `resized` has seen that one whole.
 */
function still(console: Terminal): string[] {
  const lines = console.screen();
  const tabs = lines.findIndex((line) => line.startsWith('─'));
  return lines
    .slice(tabs === -1 ? 2 : tabs, -1)
    .map((line) =>
      line
        .replaceAll(/[▁▂▃▄▅▆▇█]+/g, ' ')
        .replaceAll(/[<\d.,:]+/g, '0')
        .replaceAll(/ (ms|s|min|h|B|KiB|MiB)\b/g, '')
        .replaceAll(/\s+/g, ' ')
        .trim(),
    )
    .filter((line) => line !== '');
}

/** Until the verdict is in the first row and the keys are in the last: neither is after the window alone has changed. */
async function resized(console: Terminal, size: Size): Promise<void> {
  console.resize(size.columns, size.rows);
  await console.waitFor(
    (lines) => /HEALTHY|DEGRADED/.test(lines[0] ?? '') && /(quit|all keys|help) *$/.test(lines.at(-1) ?? ''),
  );
}

describe('after a resize', () => {
  for (const screen of ['runbooks', 'backups', 'rollback']) {
    test(`the screen ${screen} is drawn as if it had always been that size`, async ({ openConsole }) => {
      const console = await openConsole(large, ['--screen', screen]);
      await awaitVerdict(console);
      for (const size of [small, tiny, large]) {
        await resized(console, size);
        const before = still(console);
        const { fullClears } = console;
        console.press('ctrl-l');
        await console.waitFor(() => console.fullClears > fullClears);
        await vi.waitFor(() => expect(still(console)).toEqual(before), { timeout: 10_000 });
      }
    });
  }

  test('no panel of the Overview is torn', async ({ openConsole }) => {
    const console = await openConsole(large);
    await awaitVerdict(console);
    for (const size of [small, tiny, { columns: 120, rows: 40 }, large]) {
      await resized(console, size);
    }
    await console.waitFor((lines) => lines.filter((line) => /[┌└]/.test(line)).every(isWhole));
    for (const line of console.screen().filter((row) => row.startsWith('│'))) {
      expect(line.length).toBe(large.columns);
    }
  });

  test('many resizes in a row end in a whole screen', async ({ openConsole }) => {
    const console = await openConsole(large);
    await awaitVerdict(console);
    for (let columns = 199; columns > 80; columns -= 7) console.resize(columns, 24 + (columns % 20));
    await resized(console, small);
    expect(console.screen()[0]).toMatch(/HEALTHY|DEGRADED/);
    expect(console.screen().every((line) => line.length <= small.columns)).toBe(true);
    expect(console.screen().join('\n')).toContain('OVERVIEW');
  });
});

/** Edges of boxes in a row come in pairs, and the row ends with one. */
function isWhole(line: string): boolean {
  const opened = line.match(/[┌└]/g)?.length;
  return opened === line.match(/[┐┘]/g)?.length && /[┐┘]$/.test(line);
}
