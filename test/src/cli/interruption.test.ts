import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';

const module = fileURLToPath(new URL('../../../src/cli/interruption.ts', import.meta.url));
/** A verb that needs a second and a half to record what it did once it is asked to stop. */
const program = `
  import { interruptOnSignals } from ${JSON.stringify(module)};
  const signal = interruptOnSignals();
  signal.addEventListener('abort', () => setTimeout(() => process.exit(0), 1500));
  setInterval(() => {}, 1000);
  process.stdout.write('ready');
`;

async function start(): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

async function codeAfter(child: ChildProcess, ...signals: readonly (NodeJS.Signals | number)[]) {
  const ended = once(child, 'exit');
  for (const signal of signals) {
    if (typeof signal === 'number') await systemClock.sleep(signal);
    else child.kill(signal);
  }
  return (await ended)[0];
}

describe('a verb that is asked to stop', () => {
  it('records what it did, however often the lost terminal hangs up', async () => {
    expect(await codeAfter(await start(), 'SIGHUP', 50, 'SIGHUP', 700, 'SIGHUP')).toBe(0);
  });

  it('takes one Ctrl-C that arrives twice for one', async () => {
    expect(await codeAfter(await start(), 'SIGINT', 50, 'SIGINT')).toBe(0);
  });

  it('ends at once when Ctrl-C is pressed again', async () => {
    expect(await codeAfter(await start(), 'SIGINT', 700, 'SIGINT')).toBe(130);
  });
});
