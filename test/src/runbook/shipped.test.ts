/** The runbooks that we ship: sound, found by every alert, and rehearsed along each of their edges. */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { RunOutcome } from '../../../src/action/action.ts';
import { alerts } from '../../../src/monitoring/alerts.ts';
import { edgesOf } from '../../../src/runbook/graph.ts';
import { loadLibrary } from '../../../src/runbook/library.ts';
import { outline } from '../../../src/runbook/outline.ts';
import type { WalkState } from '../../../src/runbook/walk.ts';
import { startWalk } from '../../../src/runbook/walker.ts';
import { verbs } from '../../../src/verbs.ts';
import { type Figures, fakeMetrics, readingsOf } from '../../setup/fake-metrics.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

const folder = new URL('../../../runbooks', import.meta.url).pathname;
const library = await loadLibrary([{ path: folder }]);

it('all are without problems', () => {
  expect(library.problems).toEqual([]);
  expect(library.list()).toHaveLength(readdirSync(folder).length);
});

it.each(Object.entries(alerts))('%s names a runbook that exists', (_alert, { runbook }) => {
  expect(library.get(runbook).id).toBe(runbook);
});

it.each(library.list().map((runbook) => [runbook.id, runbook] as const))(
  '%s names only verbs that exist',
  (_id, runbook) => {
    const known = verbs.map(({ name }) => `gamekeeper ${name}`);
    const commands = Object.values(runbook.nodes).flatMap((node) =>
      node.kind === 'instruction' ? node.commands : [],
    );
    const verbOf = (command: string) => command.split(' --')[0] ?? command;
    expect(commands.filter((command) => !known.includes(verbOf(command)))).toEqual([]);
  },
);

it.each(library.list().map((runbook) => [runbook.id, runbook] as const))(
  '%s fits 80 columns as an outline',
  (_id, runbook) => {
    expect(outline(runbook).filter((line) => line.length > 80)).toEqual([]);
  },
);

/** What happens at a node: the suggestion is followed, a way is chosen, or the action ends so. */
type Answer = 'suggested' | { readonly choose: string } | { readonly acted: RunOutcome };

interface Rehearsal {
  /** Figures at each question, in order; the last stay. */
  readonly figures: readonly Figures[];
  readonly answers: readonly Answer[];
  readonly expected: readonly string[];
}

const suggested: Answer = 'suggested';
const choose = (label: string): Answer => ({ choose: label });
const acted = (outcome: RunOutcome): Answer => ({ acted: outcome });
const many: Figures = { errorRatio: 0.31 };
const some: Figures = { errorRatio: 0.08 };
const few: Figures = { errorRatio: 0.001, latencyP99: 0.02, breakersOpen: 0, unpersistedGames: 0 };
const nothing: Figures = {};
const healthy: Figures = { errorRatio: 0, latencyP99: 0.01, unpersistedGames: 0 };
const following: Figures = {
  ...healthy,
  dualWriteDivergence: 0,
  dualWriteDiverging: 0,
  dualWriteWaiting: 2,
};

const rehearsals: Readonly<Record<string, readonly Rehearsal[]>> = {
  'disable-persistence': [
    {
      figures: [many],
      answers: [suggested, acted('done')],
      expected: ['rate', 'disable', 'done'],
    },
    {
      figures: [few],
      answers: [suggested],
      expected: ['rate', 'watch'],
    },
    {
      figures: [some, few],
      answers: [suggested, choose('Yes, and I can fix it now'), suggested, suggested],
      expected: ['rate', 'cause', 'fix', 'fixed', 'watch'],
    },
    {
      figures: [some, some],
      answers: [
        suggested,
        choose('Yes, and I can fix it now'),
        suggested,
        suggested,
        choose('No, or the fix takes long. Disable and investigate'),
        acted('inconclusive'),
        choose('Yes, every server says off'),
      ],
      expected: ['rate', 'cause', 'fix', 'fixed', 'cause', 'disable', 'unclear', 'unproven'],
    },
    {
      figures: [some, many],
      answers: [
        suggested,
        choose('Yes, and I can fix it now'),
        suggested,
        suggested,
        acted('partial'),
        suggested,
        choose('Yes. Run it again'),
        acted('failed'),
        suggested,
        choose('No, or it has failed twice'),
        suggested,
      ],
      expected: [
        'rate',
        'cause',
        'fix',
        'fixed',
        'disable',
        'partly',
        'again',
        'disable',
        'partly',
        'again',
        'page',
        'handed',
      ],
    },
    {
      figures: [nothing],
      answers: [
        suggested,
        suggested,
        choose('Servers answer and their storage fails'),
        choose('No, or the fix takes long. Disable and investigate'),
        acted('inconclusive'),
        choose('I cannot tell'),
        suggested,
      ],
      expected: ['rate', 'blind', 'seen', 'cause', 'disable', 'unclear', 'page', 'handed'],
    },
    {
      figures: [nothing],
      answers: [suggested, suggested, choose('Servers answer and their storage is healthy')],
      expected: ['rate', 'blind', 'seen', 'watch'],
    },
    {
      figures: [some, nothing],
      answers: [
        suggested,
        choose('Yes, and I can fix it now'),
        suggested,
        suggested,
        suggested,
        choose('Servers do not answer, or I cannot tell'),
        suggested,
      ],
      expected: ['rate', 'cause', 'fix', 'fixed', 'blind', 'seen', 'page', 'handed'],
    },
    {
      figures: [many],
      answers: [
        suggested,
        acted('inconclusive'),
        choose('No, some say on'),
        choose('Yes. Run it again'),
        acted('done'),
      ],
      expected: ['rate', 'disable', 'unclear', 'again', 'disable', 'done'],
    },
  ],
  'migrate-storage': [
    {
      // The whole way.
      figures: [healthy, following, following, following],
      answers: [
        suggested,
        suggested,
        suggested,
        suggested,
        suggested,
        choose('Yes. Compare the contents'),
        suggested,
        choose('THE SAME'),
        suggested,
        suggested,
        suggested,
      ],
      expected: [
        ...['prepare', 'sound', 'on', 'follows', 'fill', 'count', 'compare', 'compared', 'ready', 'switch'],
        ...['switched', 'done'],
      ],
    },
    { figures: [some], answers: [suggested, suggested], expected: ['prepare', 'sound', 'notnow'] },
    {
      figures: [{ errorRatio: 0, unpersistedGames: 3 }],
      answers: [suggested, suggested],
      expected: ['prepare', 'sound', 'notnow'],
    },
    { figures: [nothing], answers: [suggested, suggested], expected: ['prepare', 'sound', 'notnow'] },
    {
      figures: [healthy, { ...following, errorRatio: 0.08 }],
      answers: [suggested, suggested, suggested, suggested, suggested],
      expected: ['prepare', 'sound', 'on', 'follows', 'off', 'stopped'],
    },
    {
      // It falls behind, is mended, diverges, is mended, is not seen, and given up.
      figures: [
        healthy,
        { ...following, dualWriteWaiting: 4000 },
        { ...following, dualWriteDiverging: 500 },
        healthy,
      ],
      answers: [
        suggested,
        suggested,
        suggested,
        suggested,
        choose('Yes, and it is fixed'),
        suggested,
        suggested,
        choose('Yes, and it is fixed'),
        suggested,
        suggested,
        choose('No. Turn dual writes off'),
        suggested,
      ],
      expected: [
        ...['prepare', 'sound', 'on', 'follows', 'slow', 'on', 'follows', 'slow', 'on', 'follows', 'slow'],
        ...['off', 'stopped'],
      ],
    },
    {
      // Counts and contents that do not agree at once, and then not at all.
      figures: [healthy, following],
      answers: [
        ...[suggested, suggested, suggested, suggested, suggested],
        choose('No, DynamoDB has fewer. Fill it again'),
        suggested,
        choose('Yes. Compare the contents'),
        suggested,
        choose('NOT CERTAIN. Compare again'),
        suggested,
        choose('DIFFERENT. Fill what is behind'),
        suggested,
        choose('Yes. Compare the contents'),
        suggested,
        choose('DIFFERENT again after a backfill'),
        suggested,
      ],
      expected: [
        ...['prepare', 'sound', 'on', 'follows', 'fill', 'count', 'fill', 'count', 'compare', 'compared'],
        ...['compare', 'compared', 'fill', 'count', 'compare', 'compared', 'page', 'handed'],
      ],
    },
    {
      figures: [healthy, following],
      answers: [
        ...[suggested, suggested, suggested, suggested, suggested],
        choose('No, DynamoDB has more, or I cannot tell'),
        suggested,
      ],
      expected: ['prepare', 'sound', 'on', 'follows', 'fill', 'count', 'page', 'handed'],
    },
    ...(
      [
        [{ ...following, errorRatio: 0.02 }, 'follows'],
        [{ ...following, unpersistedGames: 1 }, 'follows'],
        [{ ...following, dualWriteWaiting: 200 }, 'follows'],
        [{ ...following, dualWriteDiverging: 1 }, 'fill'],
      ] as const
    ).map(
      ([atTheEnd, again]): Rehearsal => ({
        // Something is still on its way before the switch; it goes the round once more.
        figures: [healthy, following, atTheEnd, ...(again === 'follows' ? [following] : []), following],
        answers: [
          ...[suggested, suggested, suggested, suggested, suggested],
          ...[choose('Yes. Compare the contents'), suggested, choose('THE SAME'), suggested],
          ...(again === 'follows' ? [suggested] : []),
          ...[suggested, choose('Yes. Compare the contents'), suggested, choose('THE SAME')],
          ...[suggested, suggested, suggested],
        ],
        expected: [
          ...['prepare', 'sound', 'on', 'follows', 'fill', 'count', 'compare', 'compared', 'ready'],
          ...(again === 'follows' ? ['follows', 'fill'] : ['fill']),
          ...['count', 'compare', 'compared', 'ready', 'switch', 'switched', 'done'],
        ],
      }),
    ),
    {
      figures: [healthy, following, nothing],
      answers: [
        ...[suggested, suggested, suggested, suggested, suggested],
        ...[choose('Yes. Compare the contents'), suggested, choose('THE SAME'), suggested],
        ...[choose('No. Turn dual writes off'), suggested],
      ],
      expected: [
        ...['prepare', 'sound', 'on', 'follows', 'fill', 'count', 'compare', 'compared', 'ready', 'slow'],
        ...['off', 'stopped'],
      ],
    },
    ...[{ ...following, errorRatio: 0.2 }, { ...following, latencyP99: 0.4 }, nothing].map(
      (afterwards): Rehearsal => ({
        figures: [healthy, following, following, afterwards],
        answers: [
          ...[suggested, suggested, suggested, suggested, suggested],
          ...[choose('Yes. Compare the contents'), suggested, choose('THE SAME'), suggested, suggested],
          ...[suggested, suggested],
        ],
        expected: [
          ...['prepare', 'sound', 'on', 'follows', 'fill', 'count', 'compare', 'compared', 'ready', 'switch'],
          ...['switched', 'back', 'returned'],
        ],
      }),
    ),
  ],
};

async function rehearse(id: string, { figures, answers }: Rehearsal): Promise<WalkState> {
  const clock = virtualClock();
  const left = [...figures];
  const metrics = fakeMetrics(() =>
    readingsOf((left.length > 1 ? left.shift() : left[0]) ?? {}, clock.now()),
  );
  const walk = await startWalk({
    runbook: library.get(id),
    metrics,
    journal: () => ({ append: async () => undefined }),
    clock,
    random: () => 'abcdef',
    actor: { user: 'ada', host: 'bastion' },
    redact: (text) => text,
  });
  for (const answer of answers) {
    if (typeof answer === 'object' && 'acted' in answer) {
      await walk.acted(answer.acted, walk.state().runId);
      continue;
    }
    const way = walk
      .state()
      .ways.find((other) => (answer === 'suggested' ? other.suggested : other.label === answer.choose));
    if (!way) throw new Error(`No way at ${walk.state().nodeId} for ${JSON.stringify(answer)}`);
    await walk.take(way.goto);
  }
  return walk.state();
}

describe.each(Object.entries(rehearsals))('%s, rehearsed', (id, walks) => {
  it.each(walks.map((walk) => [walk.expected.join(' → '), walk] as const))('%s', async (_path, walk) => {
    const end = await rehearse(id, walk);
    expect([...end.path.map(({ nodeId }) => nodeId), end.nodeId]).toEqual(walk.expected);
    expect(end.ended).toBe(true);
  });

  it('leaves no edge untried', async () => {
    const tried = new Set<string>();
    for (const walk of walks) {
      for (const { nodeId, label } of (await rehearse(id, walk)).path) tried.add(`${nodeId}: ${label}`);
    }
    const all = Object.entries(library.get(id).nodes).flatMap(([nodeId, node]) =>
      edgesOf(node).map(({ label }) => `${nodeId}: ${label}`),
    );
    expect(all.filter((edge) => !tried.has(edge))).toEqual([]);
  });
});

it('every runbook is rehearsed', () => {
  expect(Object.keys(rehearsals).sort()).toEqual(library.list().map(({ id }) => id));
});
