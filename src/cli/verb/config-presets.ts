import { comparePresets, valueWords } from '../../config/describe.ts';
import { type PresetName, presets } from '../../config/presets.ts';
import { exit } from '../exit.ts';
import { problemLines } from '../problem-lines.ts';
import { table } from '../table.ts';
import type { ConfigRun } from '../verb.ts';

export const runOnConfiguration: ConfigRun = async ({ configuration }) => {
  const { given, problems, warnings } = configuration;
  const rows = comparePresets(configuration);
  const names = Object.keys(presets) as PresetName[];
  const current = given.STATE_PRESET?.text;
  return {
    exit: problems.length > 0 ? exit.wrongUse : exit.done,
    result: { preset: current, rows, problems, warnings },
    text: () => [
      ...table([
        ['VARIABLE', 'NOW', '', ...names],
        ...rows.map(({ variable, unit, current: now, presets: under }) => [
          variable,
          valueWords(now.value, unit),
          now.source,
          ...names.map((name) => {
            const { value, differs } = under[name];
            return `${differs ? '* ' : '  '}${valueWords(value, unit)}`;
          }),
        ]),
      ]),
      '',
      '* differs from now. All else is the same under every preset.',
      current === undefined ? 'No preset is in force: set STATE_PRESET to one.' : `In force: ${current}`,
      ...problemLines({ problems, warnings }),
    ],
  };
};
