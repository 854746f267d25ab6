/** Whatever somebody configures, wherever they put it, and however they mistype it: no output holds the secret. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asFault } from '../../../src/base/fault.ts';
import { runOnConfiguration as check } from '../../../src/cli/verb/config-check.ts';
import { runOnConfiguration as presets } from '../../../src/cli/verb/config-presets.ts';
import { runOnConfiguration as show } from '../../../src/cli/verb/config-show.ts';
import type { ConfigFlags } from '../../../src/config/layers.ts';
import { readConfiguration, settingsIn } from '../../../src/config/load.ts';
import { rowOf, type VariableName, variableNames } from '../../../src/config/schema.ts';
import { tempFolder } from '../../setup/temp-folder.ts';

const [head, tail] = ['hunTer2', 'corrEct'];
const secret = fc
  .string({ unit: 'grapheme-ascii', maxLength: 12 })
  .map((middle) => `${head}${middle}${tail}`);

/** With the secret raw and encoded, in the right place and in wrong ones. */
const text = secret.chain((hidden) =>
  fc.constantFrom(
    hidden,
    `redis://:${encodeURIComponent(hidden)}@h:6379/0`,
    `redis://user:${hidden}@h:6379/0`,
    `rediss+sentinel://u:${encodeURIComponent(hidden)}@a:1,b:2/main`,
    `redis+cluster://u:${hidden}@a:1,b:2`,
    `redis+cluster://u:${head},${tail}@a:1,b:2`,
    `redis//:${hidden}@h`,
    `http://ops:${hidden}@10.0.0.5`,
    `http://a/metrics?token=${hidden}`,
    `http://a/metrics?token=${encodeURIComponent(hidden)},http://b:${hidden}@c`,
    `k1:${Buffer.alloc(32, hidden).toString('base64')},k2:${hidden}`,
  ),
);
const secretVariables = variableNames.filter((name) => rowOf(name).secret !== undefined);
const place = fc.constantFrom<VariableName>(
  ...secretVariables,
  'DYNAMODB_ENDPOINT',
  'STATE_OP_TIMEOUT',
  'STATE_BACKUP_LOCATION',
);
const layer = fc.constantFrom('environment', 'profile', 'flag');

test('no verb of the configuration, and no fault of it, ever says a secret', async () => {
  await fc.assert(
    fc.asyncProperty(text, place, layer, async (given, name, where) => {
      // A secret in a variable that is for showing is a different accident, unless it is an address.
      fc.pre(rowOf(name).secret !== undefined || given.includes('://') || name === 'STATE_OP_TIMEOUT');
      const home = tempFolder();
      const flags: ConfigFlags = where === 'flag' ? { set: [`${name}=${given}`] } : {};
      if (where === 'profile') writeProfile(home, `${name}: ${JSON.stringify(given)}\n`);
      const env = {
        XDG_CONFIG_HOME: home,
        ...(where === 'environment' ? { [name]: given } : {}),
        ...(where === 'profile' ? { GAMEKEEPER_PROFILE: 'p' } : {}),
      };
      const configuration = await readConfiguration(flags, env);
      const said = await allOutput(configuration);
      expect(said).not.toContain(head);
      expect(said).not.toContain(tail);
    }),
    { numRuns: 400 },
  );
});

function writeProfile(home: string, line: string) {
  mkdirSync(join(home, 'gamekeeper', 'profiles'), { recursive: true });
  writeFileSync(join(home, 'gamekeeper', 'profiles', 'p.yaml'), line);
}

type Read = Awaited<ReturnType<typeof readConfiguration>>;

async function allOutput(configuration: Read): Promise<string> {
  const said: string[] = [];
  const openWorld = () => {
    throw new Error('not probed here');
  };
  const verbs = configuration.problems.length > 0 ? [show, presets, check] : [show, presets];
  for (const run of verbs) {
    const { result, text: lines } = await run({ configuration, openWorld, signal: AbortSignal.abort() });
    said.push(JSON.stringify(result), ...lines());
  }
  try {
    settingsIn(configuration);
  } catch (thrown) {
    const { message, next } = asFault(thrown);
    said.push(message, next ?? '');
  }
  return said.join('\n');
}
