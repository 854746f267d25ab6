import { afterEach, expect, test } from 'vitest';
import { Fault } from '../../../src/base/fault.ts';
import type { ActionRequest } from '../../../views/ports.ts';
import {
  archive,
  archiveDiff,
  backups,
  type FakePorts,
  fakePorts,
  manifest,
  plan,
  report,
} from '../../setup/console-ports.ts';
import { type ConsoleScreen, openConsole } from '../../setup/console-screen.ts';

let screen: ConsoleScreen;
afterEach(() => screen.close());

const enter = '\r';
const esc = '\u001b';

async function open(ports: FakePorts, size: { columns?: number; rows?: number } = {}) {
  screen = openConsole(ports, { screen: 'backups', ...size });
  await screen.shows('Archives in /backups');
}

/** Takes what says `create`, and remembers all that it was asked to read. */
function reading() {
  const lines: string[] = [];
  const read = (line: string): ActionRequest => {
    lines.push(line);
    if (!line.startsWith('backup create')) throw new Fault('wrong-use', 'no such verb', { next: 'Mend it' });
    return { action: 'backup create', input: { includeCompleted: false, name: 'typed' } };
  };
  return { lines, read };
}

test('a verb that is typed with its words is previewed, from any screen', async () => {
  const { lines, read } = reading();
  const ports = fakePorts({ read });
  await open(ports);
  screen.send('1');
  await screen.shows('Transitions');
  screen.send(`:backup create --where phase:TURN${enter}`);
  await screen.shows('PREVIEW');
  expect(lines).toEqual(['backup create --where phase:TURN']);
  expect(ports.requests).toEqual([
    { action: 'backup create', input: { includeCompleted: false, name: 'typed' } },
  ]);
  expect(ports.runs).toEqual([]);
});

test('words that are refused stay, with the reason, and can be mended', async () => {
  const { lines, read } = reading();
  await open(fakePorts({ read }));
  screen.send(`:backup crea${enter}`);
  await screen.shows('no such verb');
  expect(screen.text()).toContain('Mend it');
  expect(screen.text()).toContain('One of: backup create, backup restore');
  screen.send('te');
  await screen.shows('--where <words...>');
  screen.send(enter);
  await screen.shows('PREVIEW');
  expect(lines).toEqual(['backup crea', 'backup create']);
});

test('C asks for options and shows them; whoever leaves the plan finds the words again', async () => {
  const { read } = reading();
  await open(fakePorts({ read }));
  screen.send('C');
  await screen.shows(/backup create █[\s\S]*--where <words...> +only these games/);
  screen.send(`--rate 5${enter}`);
  await screen.shows('PREVIEW');
  screen.send(esc);
  await screen.shows('backup create --rate 5█');
  screen.send(esc);
  await screen.shows('Archives in /backups');
});

test('once it has run, a typed verb leads back to where it was typed', async () => {
  const ports = fakePorts({ read: reading().read });
  await open(ports);
  screen.send(`:backup create${enter}`);
  await screen.shows('PREVIEW');
  screen.send('a');
  await screen.shows('RUNNING');
  const [run] = ports.runs;
  run?.end(report(run.plan, 'done'));
  await screen.shows('DONE');
  screen.send(esc);
  await screen.shows('Archives in /backups');
});

test('Tab completes the verbs that can be typed', async () => {
  await open(fakePorts());
  screen.send(':backup c\t');
  await screen.shows(': backup create█');
});

test('T begins with the archive in front', async () => {
  await open(fakePorts());
  screen.send('j');
  await screen.shows('► 20261122T115400Z-bbbbbb');
  screen.send('T');
  await screen.shows('backup restore 20261122T115400Z-bbbbbb █');
});

test('finished games are retired after a preview', async () => {
  const ports = fakePorts();
  await open(ports);
  screen.send('f');
  await screen.shows('PREVIEW');
  expect(ports.requests).toEqual([{ action: 'backup retire', input: { olderThanMs: 86_400_000 } }]);
});

test('a read-only console neither retires nor restores, also not a single game', async () => {
  await open(fakePorts({ readOnly: true }));
  for (const key of ['f', 'T']) {
    screen.send(key);
    await screen.shows(`${key} does nothing here`);
  }
  screen.send(`g`);
  await screen.shows('Id?');
  screen.send(`table-7${enter}`);
  await screen.shows('as in 20261123T115400Z-aaaaaa');
  screen.send('t');
  await screen.shows('t does nothing here');
});

test('a game of an archive is restored alone', async () => {
  const ports = fakePorts();
  await open(ports);
  screen.send('g');
  await screen.shows('Id?');
  screen.send(`table-7${enter}`);
  await screen.shows('as in 20261123T115400Z-aaaaaa');
  screen.send('t');
  await screen.shows('table-7 of 20261123T115400Z-aaaaaa');
  screen.send('2');
  await screen.shows('PREVIEW');
  expect(ports.requests).toEqual([
    {
      action: 'backup restore',
      input: { archive: '20261123T115400Z-aaaaaa', onExisting: 'skip', only: ['table-7'] },
    },
  ]);
});

test('of a comparison with storage a game is restored that the archive has', async () => {
  const ports = fakePorts();
  await open(ports);
  screen.send('d');
  await screen.shows('compared with?');
  screen.send(enter);
  await screen.shows(/► removed +old-3/);
  screen.send('jj');
  await screen.shows(/► created +new-1/);
  screen.send('t');
  await screen.shows('restore it: the archive does not have it');
  screen.send('kk');
  await screen.shows(/► removed +old-3/);
  screen.send('t');
  await screen.shows('old-3 of 20261123T115400Z-aaaaaa');
});

test('a comparison that failed is tried again with one key', async () => {
  let attempts = 0;
  const diff = async () => {
    attempts += 1;
    if (attempts === 1) throw new Fault('backend-unreachable', 'The storage does not answer');
    return archiveDiff;
  };
  await open(fakePorts({ archives: { diff } }));
  screen.send('d');
  await screen.shows('compared with?');
  screen.send(enter);
  await screen.shows('The storage does not answer');
  screen.send('r');
  await screen.shows('409 the same');
});

test('of a comparison of two archives nothing is restored', async () => {
  const diff = async () => archiveDiff;
  await open(fakePorts({ archives: { diff } }));
  screen.send('d');
  await screen.shows('compared with?');
  screen.send(`j${enter}`);
  await screen.shows('409 the same');
  screen.send('t');
  await screen.shows('t does nothing here');
});

test('the archive in front stays in front while something else is looked at, and when another comes', async () => {
  const ports = fakePorts();
  await open(ports);
  screen.send('j');
  await screen.shows('► 20261122T115400Z-bbbbbb');
  screen.send('v');
  await screen.shows('VALID');
  ports.feeds.archives.give(
    backups(['new', '20261123T115400Z-aaaaaa', '20261122T115400Z-bbbbbb'].map((name) => archive(name))),
  );
  screen.send(esc);
  await screen.shows(/ {2}new[\s\S]*► 20261122T115400Z-bbbbbb/);
});

test('the first stays in front too when another comes', async () => {
  const ports = fakePorts();
  await open(ports);
  await screen.shows('► 20261123T115400Z-aaaaaa');
  ports.feeds.archives.give(backups(['new', '20261123T115400Z-aaaaaa'].map((name) => archive(name))));
  await screen.shows(/ {2}new[\s\S]*► 20261123T115400Z-aaaaaa/);
});

const locked = manifest('locked', { cipher: 'age' });

test('an archive whose passphrase is not known says so, and what would open it, before it is tried', async () => {
  const ports = fakePorts();
  ports.feeds.archives.give(backups([archive('locked', { manifest: locked })]));
  await open(ports);
  await screen.shows('Closed: start the console with STATE_BACKUP_PASSPHRASE_FILE to open it');
  for (const [key, what] of [
    ['v', 'validate'],
    ['t', 'restore'],
    ['d', 'diff'],
    ['g', 'game'],
    ['T', 'restore with options'],
  ]) {
    screen.send(key ?? '');
    await screen.shows(`${what}: its passphrase is not known here`);
  }
});

test('an archive whose passphrase is known can be opened', async () => {
  const ports = fakePorts({ archiveOpeners: { knowsPassphrase: true, hasIdentity: false } });
  ports.feeds.archives.give(backups([archive('locked', { manifest: locked })]));
  await open(ports);
  await screen.shows('encrypted with a passphrase');
  expect(screen.text()).not.toContain('Closed');
  screen.send('t');
  await screen.shows('What shall become of games that exist already?');
});

test('without an identity an archive is tried all the same, for this session may have made it', async () => {
  const ports = fakePorts();
  const keyed = manifest('keyed', { cipher: 'age', recipients: ['age1x'] });
  ports.feeds.archives.give(backups([archive('keyed', { manifest: keyed })]));
  await open(ports);
  await screen.shows('Not opened without STATE_BACKUP_IDENTITY_FILE');
  screen.send('v');
  await screen.shows('VALID');
});

test('an archive that lacks games or was resumed says so before all else', async () => {
  const ports = fakePorts();
  const doubtful = manifest('doubtful', {
    unsupported: [{ id: 'list', layout: 'legacy', why: 'it is a list' }],
    resumed: { games: 300, untilMs: 0, gone: 2 },
  });
  ports.feeds.archives.give(backups([archive('doubtful', { manifest: doubtful })]));
  await open(ports);
  await screen.shows(
    /\n 1 LACKING, for no record can say what they are; RESUMED: 300 as they were\n before an interruption, 2 of them gone by then;/,
  );
  screen.close();
  await open(ports, { columns: 200, rows: 60 });
  await screen.shows(/► doubtful .* fuzzy, resumed, 2 gone, 1 LACKING/);
});

test('what an archive is stands whole below the table, apart from it', async () => {
  const ports = fakePorts();
  const leftOut = { completed: 12, vanished: 0, filtered: 7 };
  ports.feeds.archives.give(backups([archive('a', { manifest: manifest('a', { leftOut }) })]));
  await open(ports);
  await screen.shows(/► a .*\n\n All games[\s\S]*12 ended and left\n out; 7 not selected/);
});

test('archives that begin alike are told apart by their ends', async () => {
  const ports = fakePorts();
  const names = ['production-20261123T115400Z-before-restore', 'production-20261123T115400Z'];
  ports.feeds.archives.give(backups(names.map((name) => archive(name, { manifest: manifest(name) }))));
  await open(ports);
  await screen.shows(/► production-\S*…\S*fore-restore .*\n {3}production-20261123T115400Z /);
});

test('a plan of very many changes is shown, and its end is reached', async () => {
  const changes = Array.from({ length: 200_000 }, (_, index) => ({
    target: `room-${index}`,
    effect: 'create' as const,
  }));
  await open(fakePorts({ prepare: (request) => plan(request, { changes }) }));
  screen.send('p');
  await screen.shows(/► create +room-0\n/);
  screen.send('\u001b[F');
  await screen.shows(/► create +room-199999\n/);
});

test('in a preview what is lost comes before what is made, and what stays is only counted', async () => {
  const changes = [
    { target: 'one', effect: 'unchanged' },
    { target: 'five', effect: 'unchanged', why: 'the newest' },
    { target: 'two', effect: 'create' },
    { target: 'three', effect: 'update' },
    { target: 'four', effect: 'delete' },
  ] as const;
  await open(fakePorts({ prepare: (request) => plan(request, { changes }) }));
  screen.send('p');
  await screen.shows(/► delete +four[\s\S]*update +three[\s\S]*create +two[\s\S]*unchanged +five/);
  expect(screen.text()).toContain('2 unchanged');
  expect(screen.text()).not.toContain('one');
});
