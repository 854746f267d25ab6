import { afterEach, expect, test } from 'vitest';
import { Fault } from '../../../src/base/fault.ts';
import type { ScreenId } from '../../../views/navigation.ts';
import { type FakePorts, fakePorts, plan } from '../../setup/console-ports.ts';
import { type ConsoleScreen, openConsole } from '../../setup/console-screen.ts';
import { type FakeGames, fakeGames, gameRow, gameView, nowMs } from '../../setup/fake-games.ts';

let screen: ConsoleScreen;
afterEach(() => screen.close());

const enter = '\r';
const esc = '\u001b';
const tab = '\t';
const down = '\u001b[B';
const end = '\u001b[F';
const right = '\u001b[C';

type Size = { readonly columns?: number; readonly rows?: number };

async function open(games: FakeGames, size: Size = {}, options: Parameters<typeof fakePorts>[0] = {}) {
  const ports = fakePorts({ games, ...options });
  screen = openConsole(ports, { screen: 'games' satisfies ScreenId, ...size });
  await screen.shows(/Enter show it|all keys|None|could not/);
  return ports;
}

async function openGame(games: FakeGames, size: Size = {}, options: Parameters<typeof fakePorts>[0] = {}) {
  const ports = await open(games, size, options);
  await screen.shows('►');
  screen.send(enter);
  await screen.shows(/GAME {2}/);
  return ports;
}

const lastRequest = ({ requests }: FakePorts) => requests.at(-1);

test('every game is listed, a damaged one with its reason', async () => {
  const problems = [{ field: 'e:7', what: 'is not JSON' }, { what: 'revision 8 is missing' }];
  await open(fakeGames([gameRow('room-1', { phase: 'SCORING' }), gameRow('room-2', { problems })]));
  await screen.shows(/room-1 +SCORING +12 +20 s +12.5 KiB +2 +none/);
  screen.send(down);
  await screen.shows('! e:7: is not JSON');
});

test('a game in both layouts is named as a conflict', async () => {
  const problems = [{ what: 'conflict: it exists in both layouts' }];
  const games = fakeGames([
    gameRow('room-1', { problems }),
    gameRow('room-1', { layout: 'legacy', problems }),
  ]);
  games.views.set('room-1', gameView(gameRow('room-1', { problems }), {}, { inBothLayouts: true }));
  await openGame(games);
  await screen.shows('CONFLICT: in both layouts');
  await screen.shows('! conflict: it exists in both layouts');
});

test('rows come while the reading goes on, which says how far it is', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const games = fakeGames(Array.from({ length: 3_000 }, (_, index) => gameRow(`room-${index}`)));
  games.gate = promise;
  await open(games);
  await screen.shows(/0 games read/);
  screen.send('1');
  await screen.shows('OVERVIEW');
  screen.send('5');
  resolve();
  await screen.shows('3,000 games');
  await screen.shows(/1 to \d+ of 3000/);
  expect(games.asked).toEqual(['list']);
});

test('a hundred thousand games are moved through at once', async () => {
  await open(
    fakeGames(Array.from({ length: 100_000 }, (_, n) => gameRow(`room-${String(n).padStart(6, '0')}`))),
  );
  await screen.shows('100,000 games');
  screen.send(end);
  await screen.shows('► room-099999');
  const beforeMs = performance.now();
  for (let turn = 0; turn < 20; turn++) screen.send(turn % 2 === 0 ? '\u001b[A' : down);
  screen.send('\u001b[A');
  await screen.shows('► room-099998');
  // Generous for a busy machine; drawing all rows for each key would take a minute.
  expect(performance.now() - beforeMs).toBeLessThan(5_000);
});

test('the filter shows its grammar, keeps what it says and stays when one comes back', async () => {
  await open(fakeGames([gameRow('room-1'), gameRow('room-2', { phase: 'SCORING' })]));
  await screen.shows('room-1');
  screen.send('/');
  await screen.shows('older:1h');
  screen.send(`phase:scoring${enter}`);
  await screen.hides('room-1');
  await screen.shows('1 of 2 games');
  screen.send('1');
  await screen.shows('OVERVIEW');
  screen.send('5');
  await screen.shows('filter /phase:scoring');
  expect(screen.text()).not.toContain('room-1');
});

test('a long text that arrives in one piece is typed whole', async () => {
  await open(fakeGames());
  await screen.shows('room-1');
  screen.send(`/${'x'.repeat(300)}end${enter}`);
  await screen.shows('None of 2 games matches /xxx');
  screen.send('/');
  await screen.shows('xend');
});

test('a filter that is not understood says so and hides nothing', async () => {
  await open(fakeGames());
  await screen.shows('room-1');
  screen.send(`/older:soon${enter}`);
  await screen.shows('Left out of the filter: older: takes a time');
  expect(screen.text()).toContain('room-1');
});

test('s goes round the orders, and says which one it is', async () => {
  await open(fakeGames([gameRow('a', { sizeBytes: 1 }), gameRow('b', { sizeBytes: 9 })]));
  await screen.shows('by id');
  screen.send('s');
  await screen.shows('longest unchanged first');
  screen.send('s');
  await screen.shows('largest first');
  const lines = screen.lines();
  expect(lines.findIndex((line) => / b /.test(line))).toBeLessThan(
    lines.findIndex((line) => /[ ►] a /.test(line)),
  );
});

test('the row in front stays in front when the order changes and when one comes back to it', async () => {
  await openGameAt();
  screen.send(esc);
  await screen.shows('► room-2');
});

async function openGameAt() {
  await open(fakeGames([gameRow('room-1', { sizeBytes: 1 }), gameRow('room-2', { sizeBytes: 9 })]));
  await screen.shows('► room-1');
  screen.send(down);
  await screen.shows('► room-2');
  screen.send('ss');
  await screen.shows('largest first');
  expect(screen.text()).toContain('► room-2');
  screen.send(enter);
  await screen.shows('GAME  room-2');
}

test('when storage is gone the rows stay, marked with their age and the reason', async () => {
  const games = fakeGames();
  const ports = await open(games);
  await screen.shows('room-1');
  games.fault = new Fault('backend-unreachable', 'connection refused');
  await ports.clock.advance(14_000);
  screen.send('r');
  await screen.shows('Not read anew: connection refused');
  await screen.shows('stale 14 s');
  expect(screen.text()).toContain('room-1');
});

test('a list that was never read says why, and that nothing is known', async () => {
  const games = fakeGames();
  games.fault = new Fault('backend-unreachable', 'connection refused');
  await open(games);
  await screen.shows('The games could not be read: connection refused');
  expect(screen.text()).not.toContain('There is no game');
});

test('a reading that ends early is not passed off as all games', async () => {
  const { promise, reject } = Promise.withResolvers<void>();
  const games = fakeGames(Array.from({ length: 3_000 }, (_, index) => gameRow(`room-${index}`)));
  games.gate = promise;
  await open(games);
  reject(new Fault('backend-unreachable', 'cut off'));
  await screen.shows('Not all could be read, r reads again: cut off');
  await screen.shows('1,000 games so far');
});

test('a game is shown in all its parts', async () => {
  await openGame(fakeGames());
  await screen.shows('proved by its hash at revision 12');
  await screen.shows(/scores {2}\[2 items\]/);
  screen.send(tab);
  await screen.shows(/PREPARATION +2 min +2026-11-23 12:44:00 +ada +█/);
  screen.send(tab);
  await screen.shows(/10 +60 s ago +4 KiB +interval +TURN/);
  screen.send(tab);
  await screen.shows(/12 +20 s ago +PLAY/);
  screen.send(tab);
  await screen.shows(/127\.0\.0\.1:7001 +holds revision 12, nothing that storage lacks/);
  await screen.shows(/primary +revision 12, content abababababab/);
  screen.send(tab);
  await screen.shows('None: every event and snapshot was read');
});

test('what cannot be known of servers is not passed off as not held', async () => {
  const games = fakeGames();
  const fault = new Fault('unsupported', 'this server has no admin API');
  games.views.set(
    'room-1',
    gameView(gameRow('room-1'), {}, { heldBy: [{ server: 'http://a:1', kind: 'unread', fault }] }),
  );
  await openGame(games);
  screen.send(tab.repeat(4));
  await screen.shows('unknown: this server has no admin API');
});

test('problems come first where there are any', async () => {
  await openGame(fakeGames([gameRow('room-1', { problems: [{ field: 's:5', what: 'its hash is wrong' }] })]));
  await screen.shows('[1 problem]');
  await screen.shows('! s:5: its hash is wrong');
});

test('the state is unfolded with an arrow and searched with /', async () => {
  const games = fakeGames();
  const deck = Array.from({ length: 40 }, (_, card) => `card ${card}`);
  games.views.set('room-1', gameView(gameRow('room-1'), { deck }));
  await openGame(games);
  await screen.shows(/\+ deck {2}\[40 items\]/);
  screen.send(down + right);
  await screen.shows('"card 3"');
  screen.send(`/card 39${enter}`);
  await screen.shows('/deck/39  "card 39"');
  await screen.shows('1 match');
});

test('hostile ids and states reach the terminal as visible escapes', async () => {
  const id = 'room\u001b[2J\u202e漢字';
  const games = fakeGames([gameRow(id, { phase: 'TU\u0007RN' })]);
  games.views.set(id, gameView(gameRow(id), { 'na\u001bme': '\u001b]0;owned\u0007', wide: '漢字漢字' }));
  await open(games);
  await screen.shows(/room\\u\{1b\}/);
  screen.send(enter);
  await screen.shows('\\u{202e}漢字');
  await screen.shows('wide  "漢字漢字"');
  expect(screen.title).not.toContain('owned');
});

test('verify proves a game and says what it looked at', async () => {
  const games = fakeGames();
  await openGame(games);
  screen.send('v');
  await screen.shows('SOUND: every hash matches. 12 events and 2 snapshots read');
  screen.send(esc);
  await screen.shows('GAME  room-1');
});

test('a verification that finds something is no pass, and one without anything to prove neither', async () => {
  const games = fakeGames([gameRow('room-1', { problems: [{ what: 'revision 4 is missing' }] })]);
  await openGame(games);
  screen.send('v');
  await screen.shows('NOT SOUND.');
  await screen.shows('revision 4 is missing');
  screen.send(esc);
  games.rows = [gameRow('room-1', { events: 0, snapshots: 0 })];
  await screen.shows('GAME  room-1');
  screen.send('v');
  await screen.shows('NOTHING TO PROVE');
});

test.each([
  ['1', { kind: 'latest' }],
  ['4', { kind: 'before-error' }],
])('recover asks for a mode and previews it: %s', async (key, mode) => {
  const ports = await openGame(fakeGames());
  screen.send('R');
  await screen.shows('Nothing is changed before a');
  screen.send(key);
  await screen.shows('PREVIEW');
  expect(lastRequest(ports)).toEqual({
    action: 'games recover',
    input: { id: 'room-1', mode, evict: true, discard: false },
  });
  expect(ports.runs).toEqual([]);
});

test('recover takes a snapshot from the list, the newest in front', async () => {
  const ports = await openGame(fakeGames());
  screen.send('R2');
  await screen.shows('► 10');
  screen.send(down);
  await screen.shows('► 5');
  screen.send(enter);
  await screen.shows('PREVIEW');
  expect(lastRequest(ports)).toMatchObject({ input: { mode: { kind: 'snapshot', revision: 5 } } });
});

test('recover takes a point in time and shows what it means before it is used', async () => {
  const ports = await openGame(fakeGames());
  screen.send('R3');
  await screen.shows('To its state at?');
  screen.send('tomorrow');
  await screen.shows('not a time in the past');
  screen.send(enter);
  await screen.shows('a time in the past is needed');
  screen.send('\u0015');
  screen.send('12:30');
  await screen.shows('= 2026-11-23 12:30:00.000 UTC');
  screen.send(enter);
  await screen.shows('PREVIEW');
  const atMs = Date.UTC(2026, 10, 23, 12, 30);
  expect(lastRequest(ports)).toMatchObject({ input: { mode: { kind: 'point-in-time', atMs } } });
});

test('what only memory has is named, and lost only once that is accepted', async () => {
  const games = fakeGames();
  const heldBy = [{ server: 'http://a:1', kind: 'held' as const, revision: 15, ahead: 3 }];
  games.views.set('room-1', gameView(gameRow('room-1'), {}, { heldBy }));
  const ports = await openGame(games);
  screen.send('R');
  await screen.shows('a:1 has 3 transitions');
  screen.send('d');
  await screen.shows('That loss is accepted');
  screen.send('1');
  await screen.shows('PREVIEW');
  expect(lastRequest(ports)).toMatchObject({ input: { evict: true, discard: true } });
});

test('snapshot now goes through a preview', async () => {
  const ports = await openGame(fakeGames());
  screen.send('s');
  await screen.shows('PREVIEW');
  expect(lastRequest(ports)).toEqual({ action: 'games snapshot', input: { id: 'room-1' } });
});

test('many games are recovered after a window, a number at a time and a preview', async () => {
  const ports = await open(fakeGames());
  screen.send('R');
  await screen.shows('Changed within? 1h');
  screen.send(`\u001530m${enter}`);
  await screen.shows('Games that changed in the last 30 min');
  screen.send(`\u00150${enter}`);
  await screen.shows('a number from 1 to 100 is needed');
  screen.send(`\u00154${enter}`);
  await screen.shows('PREVIEW');
  expect(lastRequest(ports)).toEqual({
    action: 'games recover --since',
    input: { sinceMs: 1_800_000, parallel: 4, mode: { kind: 'latest' } },
  });
});

test('a run tells its pace and the time that is left', async () => {
  const ports = await open(fakeGames());
  screen.send(`R${enter}${enter}`);
  await screen.shows('PREVIEW');
  screen.send('a');
  await screen.shows('[ Cancel ]');
  screen.send(`sandbox${enter}`);
  await screen.shows('RUNNING');
  const [run] = ports.runs;
  run?.observer.step(0, { kind: 'running' });
  run?.observer.progress(0, 0, 100, 'games');
  await screen.shows('0 of 100 games');
  await ports.clock.advance(10_000);
  run?.observer.progress(0, 40, 100, 'games');
  await screen.shows(/40 of 100 games +40 % +4\/s, 15 s left/);
});

test('a read-only console names the keys that change something, and why they are off', async () => {
  const ports = await openGame(fakeGames(), {}, { readOnly: true });
  for (const [key, what] of [
    ['R', 'recover'],
    ['s', 'snapshot'],
    ['e', 'correct'],
    ['h', 'hold'],
  ] as const) {
    screen.send(key);
    await screen.shows(`${what}: this console is read-only`);
  }
  expect(ports.requests).toEqual([]);
});

test('a game is held for as long as is typed, with a reason, by way of a preview', async () => {
  const ports = await openGame(fakeGames());
  screen.send('h');
  await screen.shows('For how long?');
  for (let typed = 0; typed < 3; typed++) screen.send('\u007f');
  screen.send(enter);
  await screen.shows('preview: a time is needed');
  screen.send(`90s cards are missing${enter}`);
  await screen.shows('PREVIEW');
  expect(lastRequest(ports)).toEqual({
    action: 'games hold',
    input: { id: 'room-1', forMs: 90_000, reason: 'cards are missing' },
  });
});

const wide = { columns: 120, rows: 24 };

test('a row of the list says how long its game stands still, at 80 columns too', async () => {
  const games = fakeGames();
  games.holding = [{ server: 'one', id: 'room-1', untilMs: nowMs + 42_000 }];
  await open(games);
  await screen.shows(/room-1 .* hold 4\d s/);
});

test('a game on hold says for how long, and the same key lets it go on', async () => {
  const games = fakeGames();
  const hold = { server: 'http://127.0.0.1:7001', onHoldUntilMs: nowMs + 42_000 };
  const heldBy = [{ ...hold, kind: 'held', revision: 12, ahead: 0 } as const];
  games.views.set('room-1', gameView(gameRow('room-1'), {}, { heldBy }));
  games.holding = [{ server: hold.server, id: 'room-1', untilMs: hold.onHoldUntilMs }];
  const ports = await open(games, wide);
  await screen.shows(/room-1 .* hold 4\d s/);
  await screen.shows(/room-2 .* none/);
  screen.send(enter);
  await screen.shows(/GAME {2}room-1 {2}ON HOLD 4\d s/);
  await screen.shows('h release');
  screen.send('h');
  await screen.shows('PREVIEW');
  expect(lastRequest(ports)).toEqual({ action: 'games release', input: { id: 'room-1' } });
});

test('a game whose hold is over can be held again', async () => {
  const games = fakeGames();
  const heldBy = [{ server: 'http://127.0.0.1:7001', kind: 'not-held', onHoldUntilMs: nowMs } as const];
  games.views.set('room-1', gameView(gameRow('room-1'), {}, { heldBy }));
  await openGame(games, wide);
  await screen.shows('h hold');
  expect(screen.text()).not.toContain('ON HOLD');
});

test('when storage is gone the game stays with its age, and actions say why not', async () => {
  const games = fakeGames();
  const ports = await openGame(games);
  games.fault = new Fault('backend-unreachable', 'connection refused');
  await ports.clock.advance(5_000);
  screen.send('r');
  await screen.shows('connection refused, ');
  expect(screen.text()).toContain('stale 5 s');
  screen.send('R');
  await screen.shows('recover: it could not be read: connection refused');
});

test('a game that is gone is said to be gone', async () => {
  const games = fakeGames();
  await openGame(games);
  games.rows = [];
  screen.send('r');
  await screen.shows('GONE now');
  screen.send(`:game nobody here${enter}`);
  await screen.shows('There is no game nobody here');
});

test(':game completes ids that were listed and opens one', async () => {
  await open(fakeGames([gameRow('room-1'), gameRow('zoo')]));
  await screen.shows('zoo');
  screen.send(':game z\t');
  await screen.shows(': game zoo█');
  screen.send(enter);
  await screen.shows('GAME  zoo');
});

test('pasted text presses no key', async () => {
  const ports = await openGame(fakeGames());
  screen.send('\u001b[200~R1ase\r\u001b[2J\u001b[201~');
  await screen.shows('Pasted text is only taken by a text field');
  expect(ports.requests).toEqual([]);
});

test.each([
  [40, 10],
  [80, 24],
  [200, 60],
])('nothing is taller or wider than a terminal of %d by %d', async (columns, rows) => {
  const many = Array.from({ length: 300 }, (_, n) => gameRow(`room-${n}-${'x'.repeat(80)}`));
  await openGame(fakeGames(many), { columns, rows });
  for (let part = 0; part < 6; part++) {
    screen.send(tab);
    await screen.shows(/as of|stale/);
  }
  screen.send('R');
  await screen.shows('RECOVER');
  screen.send(esc);
  await screen.shows(/GAME {2}/);
  screen.send(esc);
  await screen.shows('►');
  expect(screen.tallest).toBeLessThanOrEqual(rows);
});

test('a resize in the middle keeps the place', async () => {
  await openGameAt();
  screen.resize(200, 60);
  await screen.shows('GAME  room-2');
  screen.resize(40, 10);
  await screen.shows('GAME  room-2');
  screen.send(esc);
  await screen.shows('► room-2');
});

test('a correction goes through the editor, a reason and a preview', async () => {
  const edited: string[] = [];
  const editor = {
    command: 'ed',
    async edit(text: string) {
      edited.push(text);
      return { text: text.replace('"round": 3', '"round": 4') };
    },
  };
  const ports = await openGame(fakeGames(), {}, { editor, prepare: (request) => plan(request) });
  screen.send('e');
  await screen.shows('Why is it corrected?');
  expect(JSON.parse(edited[0] ?? '')).toEqual({ phase: 'TURN', state: { round: 3, scores: [7, 9] } });
  screen.send(enter);
  await screen.shows('a reason is needed');
  screen.send(`a card too many${enter}`);
  await screen.shows('PREVIEW');
  expect(lastRequest(ports)).toMatchObject({
    action: 'games correct',
    input: { id: 'room-1', phase: 'TURN', state: { round: 4 }, reason: 'a card too many', evict: true },
  });
  expect(ports.runs).toEqual([]);
});

test('what was typed wrongly is kept for another try', async () => {
  const texts: string[] = [];
  const editor = {
    command: 'ed',
    async edit(text: string) {
      texts.push(text);
      return { text: texts.length === 1 ? `${text}]` : text.slice(0, -1).replace('3', '5') };
    },
  };
  await openGame(fakeGames(), {}, { editor });
  screen.send('e');
  await screen.shows('It is not JSON');
  screen.send('e');
  await screen.shows('Why is it corrected?');
  expect(texts[1]).toBe(`${texts[0]}]`);
});

test('a correction that was not carried out is kept, and held against the game as it is by then', async () => {
  const texts: string[] = [];
  const editor = {
    command: 'ed',
    async edit(text: string) {
      texts.push(text);
      return { text: text.replace('"round": 3', '"round": 4') };
    },
  };
  const games = fakeGames();
  await openGame(games, {}, { editor });
  screen.send('e');
  await screen.shows('Why is it corrected?');
  screen.send(`a card too many${enter}`);
  await screen.shows('PREVIEW');
  screen.send(esc);
  await screen.shows('What you typed is kept');
  screen.send('e');
  await screen.shows('Why is it corrected?');
  expect(texts[1]).toContain('"round": 4');
  expect(games.asked.filter((asked) => asked === 'edit room-1')).toHaveLength(2);
  screen.send(esc);
  await screen.shows('GAME  room-1');
});

test('an editor that fails changes nothing, and one that changes nothing is told so', async () => {
  let fails = true;
  const editor = {
    command: 'ed',
    async edit(text: string) {
      if (fails)
        throw new Fault('interrupted', 'The editor (ed) ended by SIGKILL: nothing was taken from it');
      return { text };
    },
  };
  const ports = await openGame(fakeGames(), {}, { editor });
  screen.send('e');
  await screen.shows('ended by SIGKILL');
  expect(screen.alternate).toBe(true);
  fails = false;
  screen.send('e');
  await screen.shows('nothing to correct');
  expect(ports.requests).toEqual([]);
});

test('without an editor it says which variable to set, and the verb that does the same', async () => {
  await openGame(fakeGames());
  screen.send('e');
  await screen.shows('set EDITOR (or VISUAL)');
  await screen.shows('--file STATE');
  screen.send(esc);
  await screen.shows('GAME  room-1');
});

test('while the editor has the terminal nothing is drawn into it, whatever changes', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const editor = {
    command: 'ed',
    async edit(text: string) {
      await promise;
      return { text };
    },
  };
  const ports = await openGame(fakeGames(), {}, { editor });
  screen.send('e');
  await expect.poll(() => screen.alternate).toBe(false);
  const before = screen.text().trim();
  ports.feeds.status.give(ports.feeds.status.state().last?.value as never, nowMs + 5_000);
  screen.resize(100, 30);
  await ports.clock.advance(5_000);
  expect(screen.text().trim()).toBe(before);
  resolve();
  await screen.shows('nothing to correct');
  expect(screen.alternate).toBe(true);
});
