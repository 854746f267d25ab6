/** The fleet's flags in a few words: what every server agrees on, and who does not. */
import type { FleetFlags } from '../src/flags/store.ts';
import { type FlagName, flagNames } from '../src/platform/flags.ts';
import type { FlagValue } from '../src/platform/schemas.ts';
import type { Tone } from './theme.ts';

/** For columns and lines where the flag's whole name has no room. */
export const shortFlagNames: Readonly<Record<FlagName, string>> = {
  use_state_persistence: 'persistence',
  enable_state_snapshots: 'snapshots',
  enable_state_recovery: 'recovery',
};

export const formatFlag = ({ enabled, percentage }: FlagValue): string =>
  enabled ? `${percentage} %` : 'off';

/** A server's base without what all of them begin with. */
export const shortServer = (server: string): string => server.replace(/^https?:\/\//, '');

export interface FlagSummary {
  readonly flag: FlagName;
  readonly text: string;
  readonly tone: Tone;
}

export function summariseFlags({ servers }: FleetFlags): readonly FlagSummary[] {
  return flagNames.map((flag) => {
    const values = servers.map((row) => ('flags' in row ? formatFlag(row.flags[flag]) : undefined));
    const read = [...new Set(values.filter((value) => value !== undefined))];
    const unread = values.filter((value) => value === undefined).length;
    const name = shortFlagNames[flag];
    if (read.length === 0) return { flag, text: `${name} ?`, tone: 'warn' as const };
    if (read.length > 1) return { flag, text: `${name} DIFFERS ${read.join(' / ')}`, tone: 'warn' as const };
    const rest = unread > 0 ? ` (${unread} not read)` : '';
    const tone = unread > 0 || read[0] !== '100 %' ? ('warn' as const) : ('good' as const);
    return { flag, text: `${name} ${read[0]}${rest}`, tone };
  });
}
