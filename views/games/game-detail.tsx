import { Box } from 'ink';
import { useMemo } from 'react';
import type { GameView } from '../../src/games/game-view.ts';
import { useKeys } from '../hook/use-keys.ts';
import { useList } from '../hook/use-list.ts';
import { useNow } from '../hook/use-now.ts';
import type { KeyRow } from '../keymap.ts';
import { cutLine, endsOf, type Line as LineData, piece } from '../line.ts';
import { ScrollLines } from '../part/scroll-lines.tsx';
import { Line, Lines } from '../part/text.tsx';
import { useShell } from '../shell.ts';
import {
  eventLines,
  gameLine,
  problemLines,
  type Section,
  sections,
  sectionTitles,
  snapshotLines,
  stateNote,
  type TextRoom,
  timelineLines,
  whereLines,
} from './detail-text.ts';
import { StateTree } from './state-tree.tsx';

interface GameDetailProps {
  readonly view: GameView;
  /** How old it is, and why it is not newer. */
  readonly age: LineData;
  readonly section: Section;
  readonly onSection: (section: Section) => void;
  /** What can be done with the game. */
  readonly actions: readonly KeyRow[];
}

/**
 * Problems come first where there are any: nothing else about the game can be trusted then. A game that no storage was
 * asked for, but an archive, is nowhere.
 */
export function sectionsOf({ row, stores }: GameView): readonly Section[] {
  const told = sections.filter((one) => one !== 'where' || stores.length > 0);
  return row.problems.length > 0 ? ['problems', ...told.filter((one) => one !== 'problems')] : told;
}

export function GameDetail({ view, age, section, onSection, actions }: GameDetailProps) {
  const { frame, theme } = useShell();
  const now = useNow();
  const cells = frame.columns - 2;
  const { ellipsis } = theme.glyphs;
  const order = sectionsOf(view);
  const step = (by: 1 | -1) => {
    const at = order.indexOf(section);
    onSection(order[(at + by + order.length) % order.length] ?? 'state');
  };
  useKeys('screen', {
    rows: [
      { keys: ['tab'], what: 'next part', run: () => step(1) },
      { keys: ['shift-tab'], what: 'the part before', helpOnly: true, run: () => step(-1) },
      ...actions,
    ],
  });
  const height = Math.max(1, frame.contentRows - 2);
  return (
    <Box flexDirection="column" paddingX={1}>
      <Line of={cutLine(gameLine(view, { nowMs: now, cells, glyphs: theme.glyphs }), cells, ellipsis)} />
      <Line of={endsOf(tabsLine(view, section), age, cells, ellipsis)} />
      {section === 'state' && frame.form === 'grid' ? (
        <WholeGame view={view} height={height} cells={cells} now={now} />
      ) : section === 'state' ? (
        <StateOf view={view} height={height} cells={cells} />
      ) : (
        <SectionText view={view} section={section} height={height} cells={cells} now={now} />
      )}
    </Box>
  );
}

function tabsLine(view: GameView, section: Section): LineData {
  return sectionsOf(view).flatMap((one) => {
    const problems = one === 'problems' ? view.row.problems.length : 0;
    const title =
      problems > 0 ? `${problems} ${problems === 1 ? 'problem' : 'problems'}` : sectionTitles[one];
    if (one === section) return [piece(`[${title}]`, 'accent', true), piece(' ')];
    return [piece(` ${title} `, problems > 0 ? 'bad' : 'quiet'), piece(' ')];
  });
}

interface StateOfProps {
  readonly view: GameView;
  readonly height: number;
  readonly cells: number;
}

function StateOf({ view, height, cells }: StateOfProps) {
  const note = stateNote(view);
  if (view.state.kind === 'none') return <Line of={note} />;
  return <StateTree state={view.state.state} note={note} height={height} cells={cells} />;
}

const textOf: Readonly<
  Record<Exclude<Section, 'state'>, (view: GameView, room: TextRoom) => readonly LineData[]>
> = {
  timeline: timelineLines,
  snapshots: snapshotLines,
  events: eventLines,
  where: whereLines,
  problems: problemLines,
};

const columnGap = 3;

/** Where there is room for it the rest is told beside the state, as far as rows allow; its own part has all of it. */
function WholeGame({ view, height, cells, now }: StateOfProps & { readonly now: number }) {
  const { glyphs } = useShell().theme;
  const left = Math.floor((cells - columnGap) / 2);
  const right = cells - columnGap - left;
  const lines = useMemo(() => {
    const room = { cells: right, nowMs: now, glyphs };
    return beside(view).flatMap((part) => [
      [piece(sectionTitles[part], 'plain', true)],
      ...textOf[part](view, room)
        .slice(0, rowsBeside)
        .map((line) => cutLine(line, right, glyphs.ellipsis)),
      [],
    ]);
  }, [view, right, now, glyphs]);
  return (
    <Box columnGap={columnGap}>
      <Box width={left} flexDirection="column" flexShrink={0}>
        <StateOf view={view} height={height} cells={left} />
      </Box>
      <Box width={right} flexDirection="column" flexShrink={0}>
        <Lines of={lines.slice(0, height)} />
      </Box>
    </Box>
  );
}

const rowsBeside = 11;

const beside = (view: GameView) =>
  sectionsOf(view).filter(
    (part): part is Exclude<Section, 'state'> =>
      part !== 'state' && (part !== 'problems' || view.row.problems.length > 0),
  );

interface SectionTextProps extends StateOfProps {
  readonly section: Exclude<Section, 'state'>;
  readonly now: number;
}

function SectionText({ view, section, height, cells, now }: SectionTextProps) {
  const { glyphs } = useShell().theme;
  const lines = useMemo(
    () =>
      textOf[section](view, { cells, nowMs: now, glyphs }).map((line) =>
        cutLine(line, cells, glyphs.ellipsis),
      ),
    [view, section, cells, now, glyphs],
  );
  const list = useList(Math.max(1, lines.length - height + 2), height, 'scroll');
  useKeys('screen', { rows: list.rows });
  return <ScrollLines lines={lines} from={list.selected} height={height} />;
}
