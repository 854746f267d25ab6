/** ConsolePorts that a test holds in its hand: feeds it fills, runs it steps, a clock it turns. */
import type { Report, RunObserver, RunOutcome, StepState } from '../../src/action/action.ts';
import type { Plan } from '../../src/action/plan.ts';
import type { ArchiveRow, Manifest } from '../../src/backup/archive-list.ts';
import { type BackupsLook, backupFigures } from '../../src/backup/backup-figures.ts';
import type { ArchiveDiff } from '../../src/backup/diff.ts';
import type { Clock } from '../../src/base/clock.ts';
import { Fault } from '../../src/base/fault.ts';
import type { Feed, FeedState } from '../../src/base/feed.ts';
import { newPlanId, newRunId, type RandomHex } from '../../src/base/ids.ts';
import type { ComparedGame } from '../../src/compose/archived-games.ts';
import { isProduction } from '../../src/config/environment-name.ts';
import type { FleetFlags } from '../../src/flags/store.ts';
import type { Point, Reading, Readings, SignalId } from '../../src/metrics/source.ts';
import type { Runbook } from '../../src/runbook/runbook.ts';
import type { Walk, WalkState } from '../../src/runbook/walk.ts';
import type { Status } from '../../src/status/status.ts';
import type { ActionRequest, ConsolePorts } from '../../views/ports.ts';
import { type FakeGames, fakeGames, gameRow, gameView } from './fake-games.ts';

export const startMs = Date.UTC(2026, 10, 23, 12, 54, 0);
const hex: RandomHex = (bytes) => 'ab'.repeat(bytes);

/** A feed that only changes when told to. */
export interface HandFeed<T> extends Feed<T> {
  give(value: T, atMs?: number): void;
  fail(fault: Fault, atMs?: number): void;
}

export function handFeed<T>(name: string, first?: T): HandFeed<T> {
  const listeners = new Set<() => void>();
  let state: FeedState<T> = { latest: undefined, last: undefined };
  const publish = (next: FeedState<T>) => {
    state = next;
    for (const listener of listeners) listener();
  };
  const give = (value: T, atMs = startMs) => {
    const sample = { kind: 'value' as const, value, atMs };
    publish({ latest: sample, last: sample });
  };
  if (first !== undefined) give(first);
  return {
    name,
    intervalMs: 2000,
    give,
    fail: (fault, atMs = startMs) => publish({ ...state, latest: { kind: 'failed', fault, atMs } }),
    state: () => state,
    refresh: () => Promise.resolve(),
    subscribe(changed) {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
  };
}

/** A clock that moves when told to; sleepers wake as it passes them. */
export function handClock(): Clock & { advance(ms: number): Promise<void> } {
  let nowMs = startMs;
  let sleepers: { atMs: number; wake: () => void }[] = [];
  return {
    now: () => nowMs,
    sleep: (ms) => new Promise((wake) => sleepers.push({ atMs: nowMs + ms, wake })),
    async advance(ms) {
      nowMs += ms;
      const due = sleepers.filter(({ atMs }) => atMs <= nowMs);
      sleepers = sleepers.filter(({ atMs }) => atMs > nowMs);
      for (const { wake } of due) wake();
      await new Promise(setImmediate);
    },
  };
}

const value = (number: number, by?: Record<string, number>): Reading => ({
  kind: 'value',
  value: number,
  ...(by ? { by } : {}),
});

const noDualWrites: Reading = { kind: 'none', why: 'no target reports dual writes' };

export function readings(changes: Partial<Record<SignalId, Reading>> = {}): Readings {
  return {
    atMs: startMs,
    windowMs: 60_000,
    targets: [{ target: 'http://127.0.0.1:7001/metrics' }],
    signals: {
      storageWrites: value(9.1),
      transitions: value(142.3),
      errorRatio: value(0.0004),
      latencyP50: value(0.0032),
      latencyP95: value(0.0121),
      latencyP99: value(0.038),
      cacheHitRatio: value(0.942),
      activeGames: value(412, { TURN: 210, DECLARATION: 92, PREPARATION: 60, SCORING: 38, NOT_STARTED: 12 }),
      storageUsed: value(1.2e9),
      storageLimit: value(10e9),
      snapshots: value(24),
      snapshotFailures: value(0),
      recoveries: value(3),
      recoveryFailureRatio: value(0),
      breakersOpen: value(0),
      unpersistedGames: value(0),
      unpersistedSeconds: value(0),
      dualWriteDivergence: noDualWrites,
      dualWriteDiverging: noDualWrites,
      dualWriteWaiting: noDualWrites,
      ...changes,
    },
  };
}

export function status(changes: Partial<Status> = {}): Status {
  const breaker = { state: 'closed' as const, changedAtMs: startMs - 3_600_000 };
  return {
    atMs: startMs,
    verdict: 'healthy',
    since: { atMs: startMs - 120_000, atLeast: true },
    reasons: [],
    doubts: [],
    runbook: undefined,
    unpersisted: { games: 0, deferred: 0, oldestSeconds: 0 },
    readings: readings(),
    flags: flags(),
    servers: ['alpha', 'bravo'].map((server) => ({ server, healthy: true, breaker })),
    backend: { location: 'embedded /var/lib/gamekeeper' },
    unread: [],
    ...changes,
  };
}

export const degraded: Partial<Status> = {
  verdict: 'degraded',
  since: { atMs: startMs - 240_000, atLeast: false },
  reasons: [
    {
      severity: 'critical',
      text: 'error ratio 24.1 % (limit 5 %)',
      alert: 'HighStateErrorRate',
      runbook: 'disable-persistence',
    },
    { severity: 'warning', text: 'p99 latency 210 ms (limit 100 ms)', alert: 'SlowStateOperations' },
  ],
  runbook: 'disable-persistence',
  unpersisted: { games: 12, deferred: 0, oldestSeconds: 34 },
  readings: readings({ errorRatio: value(0.241), latencyP99: value(0.21) }),
};

export function flags(percentages: readonly [number, number, number] = [100, 100, 50]): FleetFlags {
  const [persistence, snapshots, recovery] = percentages.map((percentage) => ({
    enabled: percentage > 0,
    percentage,
  }));
  if (!persistence || !snapshots || !recovery) throw new Error('three flags are needed');
  const all = {
    use_state_persistence: persistence,
    enable_state_snapshots: snapshots,
    enable_state_recovery: recovery,
  };
  return {
    atMs: startMs,
    servers: ['http://127.0.0.1:7001', 'http://127.0.0.1:7002'].map((server) => ({ server, flags: all })),
  };
}

export function manifest(name: string, changes: Partial<Manifest> = {}): Manifest {
  return {
    version: 1,
    name,
    archiveId: 'a1b2c3',
    environment: 'sandbox',
    source: 'embedded /var/lib/gamekeeper',
    createdBy: 'ops',
    startedAtMs: startMs - 3_600_000,
    endedAtMs: startMs - 3_590_000,
    games: 412,
    gamesByLayout: { current: 400, legacy: 12 },
    rawBytes: 5_000_000,
    storedBytes: 1_250_000,
    codec: 'zstd',
    cipher: 'none',
    consistency: 'fuzzy-scan',
    leftOut: { completed: 0, vanished: 0 },
    filter: { includeCompleted: false },
    rootHash: 'ab'.repeat(32),
    ...changes,
  };
}

export const archive = (name: string, changes: Partial<ArchiveRow> = {}): ArchiveRow => ({
  name,
  path: `/backups/${name}`,
  manifest: manifest(name),
  verifiedAtMs: startMs - 86_400_000,
  ...changes,
});

const moments = { startedAtMs: startMs - 1_000, endedAtMs: startMs };

export const archiveDiff: ArchiveDiff = {
  from: {
    kind: 'archive',
    name: '20261123T115400Z-aaaaaa',
    environment: 'sandbox',
    source: 'embedded /var/lib/gamekeeper',
    ...{ ...moments, startedAtMs: startMs - 3_600_000 },
    filter: { includeCompleted: false },
  },
  to: { kind: 'live', location: 'embedded /var/lib/gamekeeper', readsFrom: 'primary', ...moments },
  counts: { created: 1, changed: 1, removed: 1, 'left-out': 0, unreadable: 0, same: 409 },
  games: [
    { id: 'new-1', layout: 'current', is: 'created', to: 'revision 1, NOT_STARTED' },
    { id: 'table-7', layout: 'current', is: 'changed', from: 'revision 7, TURN', to: 'revision 9, SCORING' },
    { id: 'old-3', layout: 'legacy', is: 'removed', from: 'TURN' },
  ],
  more: 0,
};

export const comparedGame: ComparedGame = {
  sides: { from: archiveDiff.from, to: archiveDiff.to },
  id: 'table-7',
  is: 'changed',
  from: { layout: 'current', words: 'revision 7, TURN', sizeBytes: 2_000, digest: 'a', stateRevision: 7 },
  to: { layout: 'current', words: 'revision 9, SCORING', sizeBytes: 2_100, digest: 'b', stateRevision: 9 },
  state: {
    kind: 'compared',
    changes: [
      { pointer: '/round', from: 3, to: 4 },
      { pointer: '/players/2', to: { id: 'eve' } },
    ],
  },
  parts: [{ name: 'rev', from: '7', to: '9' }],
};

const fakeArchives: ConsolePorts['archives'] = {
  validate: async (name) => ({ name, ok: true, games: 412, bytesRead: 1_250_000, problems: [] }),
  diff: async () => archiveDiff,
  diffGame: async () => comparedGame,
  show: async (_, { id }) => ({
    ...gameView(gameRow(id), { room_id: id, round: 3 }),
    archive: archiveDiff.from,
    problems: [],
  }),
  restores: async () => [],
};

/** @param failures at the time of the look */
export function backups(archives: readonly ArchiveRow[], failures = 0): BackupsLook {
  const listing = { location: '/backups', archives };
  const here = { environment: 'sandbox', source: 'embedded /var/lib/gamekeeper' };
  const failedAtMs = Array.from({ length: failures }, () => startMs);
  return {
    listing,
    figures: backupFigures(listing, { atMs: startMs, ...here, failedAtMs }),
  };
}

export function plan(request: ActionRequest, changes: Partial<Plan> = {}): Plan {
  const local = request.action === 'backup create';
  return {
    version: 1,
    id: newPlanId(startMs, hex),
    action: request.action,
    effect: local ? 'local' : 'target',
    environment: 'sandbox',
    simulated: true,
    actor: { user: 'ops', host: 'bastion' },
    createdAtMs: startMs,
    expiresAtMs: startMs + 600_000,
    digest: 'ab'.repeat(32),
    title: `${request.action} on 2 servers`,
    place: 'embedded /var/lib/gamekeeper',
    changes: [
      { target: 'use_state_persistence on alpha', effect: 'update', from: '100 %', to: 'off' },
      { target: 'enable_state_snapshots on alpha', effect: 'update', from: '100 %', to: 'off' },
      { target: 'enable_state_recovery on alpha', effect: 'unchanged', why: 'already off' },
    ],
    steps: ['Write a marker', 'Turn the flags off'],
    warnings: ['12 games are unpersisted now'],
    unverified: ['Whether bravo answers in time'],
    basis: 'cd'.repeat(32),
    detail: {},
    ...changes,
  };
}

export function report(from: Plan, outcome: RunOutcome, changes: Partial<Report> = {}): Report {
  const done: StepState = { kind: 'done' };
  return {
    runId: newRunId(startMs, hex),
    planId: from.id,
    action: from.action,
    title: from.title,
    environment: from.environment,
    simulated: from.simulated,
    outcome,
    changes: from.changes,
    steps: from.steps.map((name) => ({ name, state: done })),
    checks: [{ name: 'flags read back', kind: 'pass', found: 'off on 2 of 2 servers' }],
    startedAtMs: startMs,
    endedAtMs: startMs + 2_000,
    auditHead: 'ef'.repeat(32),
    ...changes,
  };
}

/** One run that waits for the test: it reports steps and ends when told to. */
export interface HeldRun {
  readonly plan: Plan;
  readonly typed: string | undefined;
  readonly observer: RunObserver;
  readonly signal: AbortSignal;
  end(report: Report): void;
  fail(thrown: unknown): void;
}

export interface FakePorts extends ConsolePorts {
  readonly clock: ReturnType<typeof handClock>;
  readonly feeds: {
    readonly status: HandFeed<Status>;
    readonly flags: HandFeed<FleetFlags>;
    readonly archives: HandFeed<BackupsLook>;
  };
  readonly fakeGames: FakeGames;
  readonly requests: ActionRequest[];
  readonly runs: HeldRun[];
}

interface FakeOptions {
  readonly archives?: Partial<ConsolePorts['archives']>;
  readonly environment?: string;
  readonly readOnly?: boolean;
  readonly readsReplica?: boolean;
  readonly archiveOpeners?: ConsolePorts['world']['archiveOpeners'];
  readonly games?: FakeGames;
  readonly editor?: ConsolePorts['editor'];
  readonly points?: (id: SignalId) => readonly Point[];
  readonly runbooks?: readonly Runbook[];
  readonly walk?: (id: string) => Walk | Promise<Walk>;
  readonly read?: ConsolePorts['typed']['read'];
  readonly prepare?: (request: ActionRequest) => Plan | Promise<Plan>;
}

/** Verbs without options. */
function readPlain(line: string): ActionRequest {
  if (line === 'backup create') return { action: 'backup create', input: { includeCompleted: false } };
  if (line === 'backup prune') return { action: 'backup prune', input: {} };
  if (line === 'backup retire') return { action: 'backup retire', input: { olderThanMs: 86_400_000 } };
  throw new Fault('wrong-use', `"${line}" cannot be read`, { next: 'Write it otherwise' });
}

export function fakePorts(options: FakeOptions = {}): FakePorts {
  const { environment = 'sandbox', readOnly = false, points = () => [] } = options;
  const requests: ActionRequest[] = [];
  const runs: HeldRun[] = [];
  const games = options.games ?? fakeGames();
  return {
    fakeGames: games,
    games: async () => games,
    typed: {
      options: {
        'backup create': [{ form: '--where <words...>', about: 'only these games' }],
        'backup restore': [{ form: '--only <id...>', about: 'restore these games only' }],
      },
      read: options.read ?? readPlain,
    },
    editor: options.editor,
    requests,
    runs,
    world: {
      environment,
      production: isProduction(environment),
      simulated: true,
      place: 'embedded /var/lib/gamekeeper',
      readsReplica: options.readsReplica ?? false,
      readOnly,
      version: '0.1.0',
      archiveOpeners: options.archiveOpeners ?? { knowsPassphrase: false, hasIdentity: false },
      backupMaxAgeMs: 26 * 3_600_000,
    },
    clock: handClock(),
    feeds: {
      status: handFeed('status', status()),
      flags: handFeed('flags', flags()),
      archives: handFeed(
        'archives',
        backups([archive('20261123T115400Z-aaaaaa'), archive('20261122T115400Z-bbbbbb')]),
      ),
    },
    history: points,
    actions: {
      async prepare(request) {
        requests.push(request);
        return options.prepare ? options.prepare(request) : plan(request, { environment });
      },
      run: (prepared, typed, observer, signal) =>
        new Promise((end, fail) => runs.push({ plan: prepared, typed, observer, signal, end, fail })),
    },
    archives: { ...fakeArchives, ...options.archives },
    runbooks: {
      list: async () => options.runbooks ?? [disablePersistence],
      start: async (id) => (await options.walk?.(id)) ?? fakeWalk(),
    },
  };
}

export const disablePersistence: Runbook = {
  id: 'disable-persistence',
  title: 'Disable state persistence?',
  summary: 'Decide whether games go on without being saved',
  start: 'rate',
  metrics: { err: { signal: 'errorRatio', unit: 'ratio', maxAgeMs: 60_000 } },
  hash: 'ab'.repeat(32),
  path: 'runbooks/disable-persistence.yaml',
  nodes: {
    rate: {
      kind: 'question',
      title: 'How many operations fail?',
      text: 'Above 20 % persistence costs more than it saves.',
      evidence: ['err'],
      branches: [
        {
          when: { metric: 'err', comparison: '>', threshold: 0.2 },
          label: 'Above 20 %: disable at once',
          goto: 'off',
        },
        {
          when: { metric: 'err', comparison: '>', threshold: 0.05 },
          label: 'Above 5 %: find the cause',
          goto: 'cause',
        },
      ],
      otherwise: { label: 'Watch', goto: 'watch' },
      noData: { label: 'No data: find the cause', goto: 'cause' },
    },
    cause: {
      kind: 'choice',
      title: 'Can you name the cause?',
      choices: [
        { label: 'Yes: fix it and watch', goto: 'watch' },
        { label: 'No: disable and investigate', goto: 'off' },
      ],
    },
    off: {
      kind: 'action',
      title: 'Disable persistence',
      uses: 'rollback run',
      onOk: 'done',
      onFail: 'cause',
      onUnknown: 'cause',
    },
    watch: { kind: 'outcome', title: 'Keep watching', result: 'watching' },
    done: { kind: 'outcome', title: 'Persistence is off', result: 'mitigated' },
  },
};

/** A walk through `disablePersistence` that always suggests the first branch; `acts` records what was fed back. */
export function fakeWalk(): Walk & {
  readonly acts: RunOutcome[];
  readonly overrides: (string | undefined)[];
} {
  const acts: RunOutcome[] = [];
  const overrides: (string | undefined)[] = [];
  const path: WalkState['path'][number][] = [];
  let nodeId = 'rate';
  const nodeAt = (id: string) => {
    const node = disablePersistence.nodes[id];
    if (!node) throw new Error(`no node ${id}`);
    return node;
  };
  const waysOf = (id: string): WalkState['ways'] => {
    const node = nodeAt(id);
    if (node.kind === 'choice')
      return node.choices.map((way) => ({ ...way, suggested: false, needsReason: false }));
    if (node.kind !== 'question') return [];
    return [
      ...node.branches.map(({ label, goto }, index) => ({
        label,
        goto,
        suggested: index === 0,
        needsReason: index !== 0,
        ...(index === 0 ? { why: 'error ratio 24.1 % is above 20 %' } : {}),
      })),
      { ...node.otherwise, suggested: false, needsReason: true },
    ];
  };
  const state = (): WalkState => ({
    runId: newRunId(startMs, hex),
    runbook: disablePersistence,
    nodeId,
    node: nodeAt(nodeId),
    path: [...path],
    evidence:
      nodeId === 'rate'
        ? [
            {
              metric: 'err',
              title: 'Error ratio',
              unit: 'ratio',
              source: 'scrape of 2 targets',
              reading: { kind: 'value', value: 0.241, atMs: startMs },
              thresholds: [0.2, 0.05],
              points: Array.from({ length: 20 }, (_, index) => ({
                atMs: startMs - (20 - index) * 2000,
                value: index / 80,
              })),
            },
          ]
        : [],
    ways: waysOf(nodeId),
    ended: nodeAt(nodeId).kind === 'outcome',
  });
  const go = (goto: string, label: string, overrideReason?: string) => {
    path.push({ nodeId, title: nodeAt(nodeId).title, label, ...(overrideReason ? { overrideReason } : {}) });
    nodeId = goto;
    return state();
  };
  return {
    acts,
    overrides,
    state,
    refresh: async () => state(),
    async take(goto, overrideReason) {
      overrides.push(overrideReason);
      return go(goto, waysOf(nodeId).find((way) => way.goto === goto)?.label ?? goto, overrideReason);
    },
    async acted(outcome) {
      acts.push(outcome);
      const node = nodeAt(nodeId);
      return node.kind === 'action' ? go(outcome === 'done' ? node.onOk : node.onFail, outcome) : state();
    },
    async back() {
      const last = path.pop();
      if (last) nodeId = last.nodeId;
      return state();
    },
    close: async () => {},
  };
}
