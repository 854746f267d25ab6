import { afterEach, expect, test } from 'vitest';
import { Fault } from '../../src/base/fault.ts';
import type { ScreenId } from '../../views/navigation.ts';
import {
  archive,
  archiveDiff,
  backups,
  degraded,
  type FakePorts,
  fakePorts,
  fakeWalk,
  flags,
  manifest,
  plan,
  report,
  startMs,
  status,
} from '../setup/console-ports.ts';
import { type ConsoleScreen, openConsole } from '../setup/console-screen.ts';

let screen: ConsoleScreen;
afterEach(() => screen.close());

const enter = '\r';
const esc = '\u001b';

async function open(ports: FakePorts, first: ScreenId, size: { columns?: number; rows?: number } = {}) {
  screen = openConsole(ports, { screen: first, ...size });
  await screen.shows(/q quit|all keys/);
}

async function previewRollback(ports: FakePorts) {
  await open(ports, 'rollback');
  screen.send('d');
  await screen.shows('Why is it rolled back?');
  screen.send(`errors everywhere${enter}`);
  await screen.shows('PREVIEW');
}

async function confirmRollback(ports: FakePorts) {
  await previewRollback(ports);
  screen.send('a');
  await screen.shows('[ Cancel ]');
}

async function startRollback(ports: FakePorts) {
  await confirmRollback(ports);
  screen.send(`sandbox${enter}`);
  await screen.shows('RUNNING');
  const [run] = ports.runs;
  if (!run) throw new Error('nothing runs');
  return run;
}

test('rollback shows each flag on each server and what they agree on', async () => {
  const ports = fakePorts();
  const { servers, atMs } = flags();
  const unread = {
    server: 'http://127.0.0.1:7003',
    fault: new Fault('platform-unreachable', 'connection refused'),
  };
  ports.feeds.flags.give({ atMs, servers: [...servers, unread] });
  await open(ports, 'rollback');
  await screen.shows(/127.0.0.1:7001 +100 % +100 % +50 %/);
  expect(screen.text()).toMatch(/127.0.0.1:7003 +not read +not read +not read/);
  expect(screen.text()).toContain('127.0.0.1:7003 not read: connection refused');
  expect(screen.text()).toContain('persistence 100 % (1 not read)');
});

test('servers that differ are said to differ', async () => {
  const ports = fakePorts();
  const [one] = flags([100, 100, 100]).servers;
  const [, other] = flags([50, 0, 0]).servers;
  if (!one || !other) throw new Error('the fixture has two servers');
  ports.feeds.flags.give({ atMs: startMs, servers: [one, other] });
  await open(ports, 'rollback');
  await screen.shows('persistence DIFFERS 100 % / 50 %');
});

test('a rollback needs a reason', async () => {
  const ports = fakePorts();
  await open(ports, 'rollback');
  screen.send('d');
  await screen.shows('Why is it rolled back?');
  screen.send(enter);
  await screen.shows('a reason is needed');
  expect(ports.requests).toEqual([]);
});

test('the preview shows counts, changes, warnings and what was not verified before anything runs', async () => {
  const ports = fakePorts();
  await previewRollback(ports);
  await screen.shows('2 update  1 unchanged');
  expect(screen.text()).toMatch(/update +use_state_persistence on alpha +100 % → off/);
  expect(screen.text()).toContain('! warning       12 games are unpersisted now');
  expect(screen.text()).toContain('? not verified  Whether bravo answers in time');
  expect(ports.requests).toEqual([{ action: 'rollback run', input: { reason: 'errors everywhere' } }]);
  expect(ports.runs).toEqual([]);
});

test('Enter held down from the reason on runs nothing', async () => {
  const ports = fakePorts();
  await previewRollback(ports);
  screen.send(enter.repeat(20));
  await screen.shows('Enter does nothing here');
  screen.send('a');
  await screen.shows('[ Cancel ]');
  screen.send(enter.repeat(20));
  await screen.shows('PREVIEW');
  expect(ports.runs).toEqual([]);
});

test('a wrong name confirms nothing and says which name is wanted', async () => {
  const ports = fakePorts();
  await confirmRollback(ports);
  screen.send(`sandbo${enter}`);
  await screen.shows('"sandbo" is not the name of this environment, sandbox');
  screen.send(esc);
  await screen.shows('PREVIEW');
  expect(ports.runs).toEqual([]);
});

test('Esc and Enter in one piece cancel, although the right name is typed', async () => {
  const ports = fakePorts();
  await confirmRollback(ports);
  screen.send('sandbox');
  await screen.shows('[ Run ]');
  screen.send(`${esc}${enter}`);
  await screen.shows('Enter does nothing here');
  expect(screen.text()).toContain('PREVIEW');
  expect(ports.runs).toEqual([]);
});

test('Esc and q in one piece close the help and quit', async () => {
  await open(fakePorts(), 'overview');
  screen.send('?');
  await screen.shows('close the help');
  screen.send(`${esc}q`);
  await screen.ended;
});

test('a name that is pasted with a line end is not confirmed by it', async () => {
  const ports = fakePorts();
  await confirmRollback(ports);
  screen.send('\u001b[200~sandbox\r\u001b[201~');
  await screen.shows('[ Run ]');
  expect(ports.runs).toEqual([]);
});

test('a paste does not overtake the key that opens its field', async () => {
  await open(fakePorts(), 'rollback');
  screen.send('d\u001b[200~errors everywhere\u001b[201~');
  await screen.shows(/Why is it rolled back\? errors everywhere/);
});

test('the typed name goes to the runner, and steps show as they run', async () => {
  const ports = fakePorts();
  const run = await startRollback(ports);
  expect(run.typed).toBe('sandbox');
  run.observer.started(report(run.plan, 'done').runId, run.plan.steps);
  run.observer.step(0, { kind: 'done', note: 'written' });
  run.observer.step(1, { kind: 'running' });
  run.observer.progress(1, 1, 4, 'servers');
  await screen.shows(/✓ done +Write a marker +written/);
  await screen.shows(/► running +Turn the flags off\n +1 of 4 servers +25 %/);
});

test('nobody leaves a running action by accident, and q asks', async () => {
  const ports = fakePorts();
  await startRollback(ports);
  screen.send('1');
  await screen.shows('go to Overview: rollback run is running');
  screen.send('q');
  await screen.shows('rollback run is running. Interrupt it');
  screen.send(enter);
  await screen.shows('x interrupt');
  expect(screen.alternate).toBe(true);
});

test('x interrupts, and the screen waits for what was done', async () => {
  const ports = fakePorts();
  const run = await startRollback(ports);
  screen.send('x');
  await screen.shows('Stopping after what is under way');
  expect(run.signal.aborted).toBe(true);
  run.end(report(run.plan, 'interrupted'));
  await screen.shows('INTERRUPTED: it was stopped before its end');
});

test('when the console is stopped, a run is interrupted and waited for', async () => {
  const ports = fakePorts();
  const run = await startRollback(ports);
  let ended = false;
  const settled = screen.ended.catch(() => {
    ended = true;
  });
  screen.signals.emit('SIGHUP', 'SIGHUP');
  await expect.poll(() => run.signal.aborted).toBe(true);
  expect(screen.alternate).toBe(false);
  expect(ended).toBe(false);
  run.end(report(run.plan, 'interrupted'));
  await settled;
  expect(ended).toBe(true);
});

test('a second signal does not wait for a run that does not stop', async () => {
  const ports = fakePorts();
  const run = await startRollback(ports);
  screen.signals.emit('SIGHUP', 'SIGHUP');
  await expect.poll(() => run.signal.aborted).toBe(true);
  screen.signals.emit('SIGINT', 'SIGINT');
  await expect(screen.ended).rejects.toThrow('Stopped by SIGHUP');
});

test('a partial result is never shown as done: it says what is, what is not, and what to do', async () => {
  const ports = fakePorts();
  const run = await startRollback(ports);
  const fault = new Fault('platform-failed', 'bravo answered 500', { next: 'Restart bravo' });
  run.end(
    report(run.plan, 'partial', {
      steps: [
        { name: 'Write a marker', state: { kind: 'done' } },
        { name: 'Turn the flags off', state: { kind: 'failed', fault } },
      ],
      checks: [{ name: 'flags read back', kind: 'fail', found: 'on at bravo' }],
    }),
  );
  await screen.shows('PARTIAL: not all of it took effect, or a check failed.');
  expect(screen.text()).toMatch(/✗ FAILED +Turn the flags off +bravo answered 500/);
  expect(screen.text()).toMatch(/✗ FAIL +flags read back +on at bravo/);
  expect(screen.text()).toContain('Restart bravo');
  expect(screen.text()).not.toContain('DONE');
});

test('a run that ends without a report is not said to have changed nothing', async () => {
  const ports = fakePorts();
  const run = await startRollback(ports);
  run.observer.step(0, { kind: 'running' });
  run.fail(new Fault('io-failed', 'the journal is gone'));
  await screen.shows('some of it may have taken effect');
});

test('a plan that is too old is not applied', async () => {
  const ports = fakePorts({ prepare: (request) => plan(request, { expiresAtMs: startMs - 1 }) });
  await previewRollback(ports);
  screen.send('a');
  await screen.shows('apply: this plan is too old, r plans again');
  expect(ports.runs).toEqual([]);
});

test('what cannot be planned says why and what to do', async () => {
  const fault = new Fault('platform-unreachable', 'no server answered', { next: 'Check GAME_SERVER_URLS' });
  const ports = fakePorts({ prepare: () => Promise.reject(fault) });
  await open(ports, 'rollback');
  screen.send('d');
  await screen.shows('Why is it rolled back?');
  screen.send(`because${enter}`);
  await screen.shows('no server answered (platform-unreachable)');
  expect(screen.text()).toContain('Next: Check GAME_SERVER_URLS');
});

test('read-only has no key to roll back or to restore', async () => {
  const ports = fakePorts({ readOnly: true });
  await open(ports, 'rollback');
  expect(screen.lines()[1]).toContain('READ-ONLY');
  expect(screen.lines()[23]).not.toContain('disable');
  screen.send('d');
  await screen.shows('d does nothing here');
  screen.send('3');
  await screen.shows('c create');
  screen.send('t');
  await screen.shows('t does nothing here');
  expect(ports.requests).toEqual([]);
});

test('a terminal that only has ASCII gets nothing else, also where what is said is cut', async () => {
  screen = openConsole(fakePorts({ readOnly: true }), { screen: 'backups', ascii: true, columns: 60 });
  await screen.shows('all keys');
  screen.send('t');
  await screen.shows(/t does nothing here, .*~\n/);
  expect(screen.text()).toMatch(/^[\n -~]*$/);
});

test('backups show name, age, games, size, ratio and when each was verified', async () => {
  await open(fakePorts(), 'backups');
  await screen.shows(/► 20261123T115400Z-aaaaaa +60 min +412 +1.2 MiB +4.0:1 +24 h/);
});

test('the archive in front is told whole, and on a wide screen what each holds and whether it is encrypted', async () => {
  const ports = fakePorts();
  const meanwhile = { changed: 7 };
  const kept = manifest('kept', { cipher: 'age', recipients: ['age1', 'age2'], purpose: 'before-restore' });
  ports.feeds.archives.give(
    backups([
      archive('live', { manifest: manifest('live', { meanwhile }) }),
      archive('kept', { manifest: kept }),
    ]),
  );
  await open(ports, 'backups', { columns: 200, rows: 60 });
  await screen.shows(/► live .* all but finished +zstd +no +fuzzy, 7 changed +embedded/);
  expect(screen.text()).toMatch(/ {2}kept .* kept by restore +zstd +age +fuzzy +embedded/);
  expect(screen.text()).toMatch(
    /All games that have not ended of sandbox; read game by game within 10 s from/,
  );
  expect(screen.text()).toContain('zstd, not encrypted; 7 changed meanwhile');
  screen.send('j');
  await screen.shows('What a restore was about to overwrite of sandbox');
  expect(screen.text()).toContain('encrypted for 2 keys');
});

test('the gauge says when the newest verified backup is too old', async () => {
  const ports = fakePorts();
  await open(ports, 'backups');
  await screen.shows(/Newest verified +█+─+ {2}60 min of 26 h/);
  await ports.clock.advance(30 * 3_600_000);
  ports.feeds.status.give(status());
  await screen.shows('! TOO OLD: 31 h of 26 h');
});

test('an archive that was never verified, and one that cannot be read, say so', async () => {
  const ports = fakePorts();
  const fault = new Fault('integrity', 'the manifest is cut off');
  ports.feeds.archives.give(backups([archive('broken', { manifest: fault, verifiedAtMs: undefined })]));
  await open(ports, 'backups');
  await screen.shows(/► broken .* never/);
  expect(screen.text()).toContain('the manifest is cut off');
  screen.send('t');
  await screen.shows('restore: this archive cannot be read');
});

test('creating a backup is previewed and needs no typing', async () => {
  const ports = fakePorts();
  await open(ports, 'backups');
  screen.send('c');
  await screen.shows('PREVIEW');
  screen.send('a');
  await screen.shows('RUNNING');
  expect(ports.runs[0]?.typed).toBeUndefined();
});

test('restoring asks what becomes of games that exist, then previews', async () => {
  const ports = fakePorts();
  await open(ports, 'backups');
  screen.send('t');
  await screen.shows('What shall become of games that exist already?');
  screen.send('3');
  await screen.shows('PREVIEW');
  expect(ports.requests).toEqual([
    { action: 'backup restore', input: { archive: '20261123T115400Z-aaaaaa', onExisting: 'newer' } },
  ]);
});

test('validating says whether an archive can be restored from', async () => {
  const problems = ['chunk 3: its hash does not match'];
  const validate = async (name: string) => ({ name, ok: false, games: 400, bytesRead: 900, problems });
  await open(fakePorts({ archives: { validate } }), 'backups');
  screen.send('v');
  await screen.shows('NOT VALID: do not restore from it.');
  expect(screen.text()).toContain('chunk 3: its hash does not match');
});

test('validating tells a wrong manifest from a damaged archive', async () => {
  const found = { ok: false, games: 400, bytesRead: 900, problems: ['Its manifest says games 9'] };
  const validate = async (name: string) => ({ ...found, name, mend: 'Move its manifest away' });
  await open(fakePorts({ archives: { validate } }), 'backups');
  screen.send('v');
  await screen.shows('WRONG MANIFEST of a whole archive.');
  expect(screen.text()).toContain('Move its manifest away');
});

test('an archive is compared with what storage has now, then one game field by field', async () => {
  const asked: string[] = [];
  const diff = async (from: string, to: string) => {
    asked.push(`${from} to ${to}`);
    return archiveDiff;
  };
  await open(fakePorts({ archives: { diff } }), 'backups');
  screen.send('d');
  await screen.shows(/► what embedded .* has now +now/);
  screen.send(enter);
  await screen.shows('1 removed  1 changed  1 created  409 the same');
  expect(asked).toEqual(['20261123T115400Z-aaaaaa to live']);
  expect(screen.text()).toMatch(
    /► removed +old-3 \(legacy\) +TURN +-\n.* changed .*\n +created +new-1 +- +revision 1, NOT_START/,
  );
  screen.send('j');
  await screen.shows(/► changed +table-7/);
  screen.send(enter);
  await screen.shows('2 fields of its state differ');
  expect(screen.text()).toMatch(/~ \/round {2}3 → 4\n *\+ \/players\/2 {2}\{"id":"eve"\}/);
  expect(screen.text()).toContain('1 part as it is stored differs');
  screen.send(esc);
  await screen.shows(/► changed +table-7/);
});

test('what differs between two sides is seen in 80 columns, also where they begin alike', async () => {
  const from = 'revision 2, PREPARING, expires 2026-11-23T12:54:00.000Z';
  const changed = (id: string, to: string) => ({ id, layout: 'current', is: 'changed', from, to }) as const;
  const games = [
    changed('a', `${from}, other content`),
    changed('b', 'revision 2, PREPARING, expires 2026-11-24T12:54:00.000Z'),
    changed('c', 'revision 3, PREPARING, expires 2026-11-23T12:54:00.000Z'),
  ];
  await open(fakePorts({ archives: { diff: async () => ({ ...archiveDiff, games }) } }), 'backups');
  screen.send('d');
  await screen.shows('compared with?');
  screen.send(enter);
  await screen.shows(/ a +revision 2, .* +other content, /);
  expect(screen.text()).toMatch(/ b +expires 2026-11-23.* +expires 2026-11-24/);
  expect(screen.text()).toMatch(/ c +revision 2, .* +revision 3, /);
});

test('of two archives the older one is before, whichever was chosen first', async () => {
  const asked: string[] = [];
  const diff = async (from: string, to: string) => {
    asked.push(`${from} to ${to}`);
    return archiveDiff;
  };
  const ports = fakePorts({ archives: { diff } });
  const begun = (name: string, hours: number) =>
    archive(name, { manifest: manifest(name, { startedAtMs: startMs - hours * 3_600_000 }) });
  ports.feeds.archives.give(backups([begun('new', 1), begun('old', 9)]));
  await open(ports, 'backups');
  screen.send('d');
  await screen.shows('What is new compared with?');
  screen.send(`j${enter}`);
  await screen.shows('409 the same');
  expect(asked).toEqual(['old to new']);
});

test('a comparison can be left, and stops then', async () => {
  const stopped = Promise.withResolvers<void>();
  const diff: FakePorts['archives']['diff'] = (_from, _to, told, signal) => {
    told({ done: 200, total: 800, unit: 'games' });
    signal.addEventListener('abort', () => stopped.resolve());
    return stopped.promise.then(() => Promise.reject(new Fault('interrupted', 'It was stopped')));
  };
  await open(fakePorts({ archives: { diff } }), 'backups');
  screen.send('d');
  await screen.shows('compared with?');
  screen.send(enter);
  await screen.shows('Read: 200 of 800 games  25 %');
  screen.send('x');
  await screen.shows('They could not be compared');
  screen.send(esc);
  await screen.shows('Archives in /backups');
});

test('a game of an archive is shown in all its parts, and as old as it is', async () => {
  await open(fakePorts(), 'backups');
  screen.send('g');
  await screen.shows('Id?');
  screen.send(`table-7${enter}`);
  await screen.shows('as in 20261123T115400Z-aaaaaa, 60 min old');
  expect(screen.text()).toContain('GAME  table-7');
  expect(screen.text()).not.toContain('Where');
});

test('a game that is not in the archive is said to be missing', async () => {
  await open(fakePorts({ archives: { show: async () => undefined } }), 'backups');
  screen.send('g');
  await screen.shows('Id?');
  screen.send(`nobody${enter}`);
  await screen.shows('Game nobody is not in 20261123T115400Z-aaaaaa');
});

test('a restore is undone by choosing its run; the preview comes first', async () => {
  const restores = async () => [
    { run: 'run-2', title: 'Restore b', startedAtMs: startMs - 60_000, user: 'ana', outcome: undefined },
    { run: 'run-1', title: 'Restore a', startedAtMs: startMs, user: 'ben', outcome: 'done' as const },
  ];
  const ports = fakePorts({ archives: { restores } });
  await open(ports, 'backups');
  screen.send('u');
  await screen.shows(/► Restore b .*60 s +ana +not known/);
  screen.send('j');
  await screen.shows(/► Restore a .*ben +done/);
  screen.send(enter);
  await screen.shows('What shall become of games that were played since?');
  screen.send('2');
  await screen.shows('PREVIEW');
  expect(ports.requests).toEqual([
    { action: 'backup restore', input: { undo: 'run-1', onExisting: 'skip' } },
  ]);
});

test('without a restore there is nothing to undo', async () => {
  await open(fakePorts(), 'backups');
  screen.send('u');
  await screen.shows('no restore was run from this machine');
  screen.send(enter);
  await screen.shows('choose: no restore was run from this machine');
});

test('pruning is previewed like every change', async () => {
  const ports = fakePorts();
  await open(ports, 'backups');
  screen.send('p');
  await screen.shows('PREVIEW');
  expect(ports.requests).toEqual([{ action: 'backup prune', input: {} }]);
});

test('a read-only console compares and shows, and neither undoes nor prunes', async () => {
  await open(fakePorts({ readOnly: true }), 'backups');
  for (const key of ['u', 'p', 't']) {
    screen.send(key);
    await screen.shows(`${key} does nothing here`);
  }
  screen.send('d');
  await screen.shows('compared with?');
});

test('a filter hides rows and says so; Esc in it shows them again', async () => {
  await open(fakePorts(), 'backups');
  screen.send('/');
  await screen.shows('Enter keep');
  screen.send('!bbbb');
  await screen.hides('20261122T115400Z-bbbbbb');
  screen.send(enter);
  await screen.shows('filter /!bbbb');
  screen.send('/');
  await screen.shows('Enter keep');
  screen.send(esc);
  await screen.shows('20261122T115400Z-bbbbbb');
});

test('the runbook of the verdict is marked in the list', async () => {
  const ports = fakePorts();
  ports.feeds.status.give(status(degraded));
  await open(ports, 'runbooks');
  await screen.shows(/► disable-persistence +Disable state persistence\? +this verdict/);
});

async function walkRunbook(ports: FakePorts, size: { columns?: number; rows?: number } = {}) {
  await open(ports, 'runbooks', size);
  screen.send(enter);
  await screen.shows('QUESTION');
}

test('a walk shows the evidence with value, limits and source, and marks what is suggested and why', async () => {
  await walkRunbook(fakePorts());
  await screen.shows(/► 1 {2}Above 20 %: disable at once {2}suggested/);
  expect(screen.text()).toContain('error ratio 24.1 % is above 20 %');
  expect(screen.text()).toMatch(/Error ratio +24.1 % +<1 s/);
  expect(screen.text()).toContain('limits 20 % and 5 %; from scrape of 2 targets');
});

test('on a wide screen the way here is left of the node and the evidence right of it', async () => {
  await walkRunbook(fakePorts(), { columns: 160, rows: 40 });
  await screen.shows(/► How many operations fail\? +QUESTION.* Error ratio +24.1 %/);
});

test('a way against the suggestion asks for a reason', async () => {
  const walk = fakeWalk();
  const ports = fakePorts({ walk: () => walk });
  await walkRunbook(ports);
  screen.send('3');
  await screen.shows('Another way is suggested');
  expect(walk.overrides).toEqual([]);
  screen.send(`deploying now${enter}`);
  await screen.shows('OUTCOME');
  expect(walk.overrides).toEqual(['deploying now']);
});

test('a digit without a way does not leave the walk', async () => {
  await walkRunbook(fakePorts());
  screen.send('4');
  await screen.shows('no way: there are no more ways than those numbered');
  expect(screen.text()).toContain('QUESTION');
});

test('b steps back', async () => {
  await walkRunbook(fakePorts());
  screen.send('1');
  await screen.shows('ACTION');
  screen.send('b');
  await screen.shows('QUESTION');
});

test('an action in a walk goes through preview and confirmation, and its result leads on', async () => {
  const walk = fakeWalk();
  const ports = fakePorts({ walk: () => walk });
  await walkRunbook(ports);
  screen.send('1');
  await screen.shows('ACTION');
  screen.send('p');
  await screen.shows('PREVIEW');
  screen.send('a');
  await screen.shows('[ Cancel ]');
  screen.send(`sandbox${enter}`);
  await screen.shows('RUNNING');
  const [run] = ports.runs;
  run?.end(report(run.plan, 'done'));
  await screen.shows('DONE');
  screen.send(esc);
  await screen.shows('Result: mitigated');
  expect(walk.acts).toEqual(['done']);
});

test('a command opens a runbook by its id', async () => {
  await open(fakePorts(), 'overview');
  screen.send(':');
  await screen.shows('Enter go');
  screen.send('walk d\t');
  await screen.shows(': walk disable-persistence');
  screen.send(enter);
  await screen.shows('QUESTION');
});

test('the summary of a runbook stands apart from the table', async () => {
  await open(fakePorts(), 'runbooks');
  await screen.shows(/Disable state persistence\?.*\n\n +Decide whether/);
});

test('the help lists every key with the reason where one does nothing now', async () => {
  await open(fakePorts(), 'overview');
  screen.send('?');
  await screen.shows('Ctrl-L          draw the screen again');
  expect(screen.text()).toMatch(/Esc +back {2}not now: this is the first screen/);
  screen.send(esc);
  await screen.shows('Transitions');
});

const labels: Readonly<Record<string, string>> = { '↑': '\u001b[A', '↓': '\u001b[B', Enter: enter, Esc: esc };

test.each(['overview', 'runbooks', 'backups', 'rollback'] as const)(
  'every key in the hints of %s does something',
  async (first) => {
    await open(fakePorts(), first, { columns: 140 });
    const hints = screen.lines()[23]?.trim().split(/ {2,}/) ?? [];
    screen.close();
    expect(hints.length).toBeGreaterThan(3);
    for (const hint of hints) {
      for (const label of hint.split(' ').filter((word, index) => index === 0 || word in labels)) {
        await open(fakePorts(), first, { columns: 140 });
        const before = screen.text();
        screen.send(labels[label] ?? label);
        const changed = expect.poll(() => screen.text() !== before, {
          timeout: 5000,
          message: `${hint} changed nothing`,
        });
        await changed.toBe(true);
        expect(screen.text(), hint).not.toContain('does nothing here');
        screen.close();
      }
    }
  },
);

test('what a command could become shows while it is typed', async () => {
  await open(fakePorts(), 'overview');
  screen.send(':r');
  await screen.shows(/: r█ {2}runbooks {2}rollback/);
});

test.each(['overview', 'runbooks', 'backups', 'rollback'] as const)(
  'on 40 by 10 %s shows the verdict, the environment, what is at stake and columns with gaps',
  async (first) => {
    const ports = fakePorts({ environment: 'production' });
    ports.feeds.status.give(status(degraded));
    await open(ports, first, { columns: 40, rows: 10 });
    expect(screen.lines()[0]).toMatch(/^ {2}PRODUCTION {2}▲ DEGRADED for 4 min/);
    expect(screen.lines()[1]).toMatch(/^ 12 games, 34 s lost.* SIMULATED$/);
    expect(screen.text()).not.toMatch(/…[^ \n│]/);
  },
);

test('on 40 by 10 every policy of a restore and every server of a flag table stays in sight', async () => {
  await open(fakePorts(), 'backups', { columns: 40, rows: 10 });
  screen.send('t');
  await screen.shows(/1 fail[\s\S]*4 overwrite/);
  await screen.hides('? all keys');
  screen.send(esc);
  await screen.shows('verified');
  screen.send('4');
  await screen.shows(/persistence\n.*7001 +100 %\n.*7002 +100 %/);
});

test('warnings stand whole beside the confirmation, and those that do not are counted', async () => {
  const warning =
    'the moves of games that are live now are only in memory, and are lost when a server restarts';
  const warnings = Array.from({ length: 12 }, (_, index) => `${index}: ${warning}`);
  const ports = fakePorts({ prepare: (request) => plan(request, { warnings }) });
  await confirmRollback(ports);
  expect(screen.text()).toMatch(/0: the moves[\s\S]*are lost\n +when a server restarts/);
  expect(screen.text()).toContain('! 14 more lines of warnings in the preview');
});

test('what a restore turns a game into is not cut', async () => {
  const change = { target: 'room-04dbce9117d9', effect: 'update' } as const;
  const changes = [{ ...change, from: 'revision 10, SCORING', to: 'revision 7, TURN' }];
  const ports = fakePorts({ prepare: (request) => plan(request, { changes }) });
  await previewRollback(ports);
  expect(screen.text()).toContain('revision 10, SCORING → revision 7, TURN');
});

test('notes take the rows that few changes leave free', async () => {
  const unverified = Array.from({ length: 8 }, (_, index) => `doubt ${index}`);
  const ports = fakePorts({ prepare: (request) => plan(request, { unverified }) });
  await previewRollback(ports);
  expect(screen.text()).toContain('doubt 7');
});

test('on 40 by 10 the question of a rollback stays in sight', async () => {
  await open(fakePorts(), 'rollback', { columns: 40, rows: 10 });
  screen.send('d');
  await screen.shows(/no longer saved[\s\S]*Why is it rolled back\?/);
});

test.each([
  [60, 15],
  [40, 10],
])('on %i by %i the ways of a walk and the confirmation stay in sight', async (columns, rows) => {
  const ports = fakePorts();
  await walkRunbook(ports, { columns, rows });
  await screen.shows(/3 {2}Watch/);
  screen.send('1');
  await screen.shows('ACTION');
  screen.send('p');
  await screen.shows('PREVIEW');
  screen.send('a');
  await screen.shows('[ Cancel ]');
  expect(screen.text()).toContain('Type sandbox to run it there');
  expect(screen.tallest).toBeLessThanOrEqual(rows);
});
