/** Where the operator is and how to get back, as data. */
import type { Layout } from '../src/game/record.ts';

export const screenIds = [
  'overview',
  'runbooks',
  'walk',
  'backups',
  'backup',
  'rollback',
  'games',
  'game',
] as const;
export type ScreenId = (typeof screenIds)[number];

export const isScreenId = (text: string): text is ScreenId => (screenIds as readonly string[]).includes(text);

export interface View {
  readonly screen: ScreenId;
  /** What the screen is about: the id of a runbook or of a game, or the words of a verb. */
  readonly subject?: string;
  /** Of a game; without it the current one if it is there, else the legacy one. */
  readonly layout?: Layout;
}

/** The newest on top; never empty. */
export type ViewStack = readonly [View, ...View[]];

const deepest = 20;

const same = (a: View | undefined, b: View) =>
  a?.screen === b.screen && a.subject === b.subject && a.layout === b.layout;

export function opened(stack: ViewStack, view: View): ViewStack {
  return same(stack[0], view) ? stack : [view, ...stack.slice(0, deepest - 1)];
}

/** Whoever opened the console on another screen gets back to the Overview all the same. */
export function closed([top, below, ...rest]: ViewStack): ViewStack {
  if (below) return [below, ...rest];
  return top.screen === 'overview' ? [top] : [{ screen: 'overview' }];
}

export const canClose = ([top, below]: ViewStack): boolean =>
  below !== undefined || top.screen !== 'overview';
