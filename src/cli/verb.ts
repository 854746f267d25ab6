/** What a verb's file exports, and what it is called with. */
import type { World } from '../compose/world.ts';
import type { Configuration } from '../config/load.ts';
import type { Verb } from '../verbs.ts';
import type { Invocation } from './program.ts';
import type { Progress } from './progress.ts';

/** What was asked for. */
export interface Asked {
  readonly world: World;
  /** In the order of the verb's row; a repeated one is an array. */
  readonly args: readonly (string | readonly string[] | undefined)[];
  /** By commander's names: `--on-existing` is `onExisting`. */
  readonly options: Readonly<Record<string, OptionValue>>;
}

/** All that can be asked for, for a verb that takes others. */
export interface Program {
  readonly verbs: readonly Verb[];
  /** @throws Fault `wrong-use`. Asked for help it says nothing and returns undefined. */
  parse(words: readonly string[]): Invocation | undefined;
}

export interface VerbCall extends Asked {
  readonly program: Program;
  readonly progress: Progress;
  /** Tells a person something along the way; nothing with --json. */
  readonly say: (lines: readonly string[]) => void;
  /** Asks the person at the terminal, who may end the input instead; undefined where there is none to ask. */
  readonly ask: ((question: string) => Promise<string | undefined>) | undefined;
  /** Fires on Ctrl-C, SIGTERM and SIGHUP. */
  readonly signal: AbortSignal;
}

export type OptionValue = string | boolean | readonly string[] | undefined;

export interface VerbResult {
  readonly exit: number;
  /** The document's `result`. */
  readonly result: object;
  /** The same for people, one string a line; not called with --json. */
  readonly text: () => readonly string[];
}

export type VerbRun = (call: VerbCall) => Promise<VerbResult>;

/** A verb about the configuration itself, which may be unusable. */
export interface ConfigCall {
  readonly configuration: Configuration;
  /** @throws Fault `config-invalid` when the configuration cannot be used */
  readonly openWorld: () => World;
  readonly signal: AbortSignal;
}

export type ConfigRun = (call: ConfigCall) => Promise<VerbResult>;

export const textOption = (call: Asked, name: string): string | undefined => {
  const value = call.options[name];
  return typeof value === 'string' ? value : undefined;
};

export const flagOption = (call: Asked, name: string): boolean => call.options[name] === true;

export const listOption = (call: Asked, name: string): readonly string[] | undefined => {
  const value = call.options[name];
  return Array.isArray(value) ? value : undefined;
};

export const textArgument = (call: Asked, index: number): string | undefined => {
  const value = call.args[index];
  return typeof value === 'string' ? value : undefined;
};

export const listArgument = (call: Asked, index: number): readonly string[] => {
  const value = call.args[index];
  return Array.isArray(value) ? value : [];
};
