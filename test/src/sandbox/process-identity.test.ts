import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { identityOf, isRunning } from '../../../src/sandbox/process-identity.ts';

describe('the identity of a process', () => {
  it('is that of a running one', () => {
    expect(isRunning(identityOf(process.pid))).toBe(true);
  });

  it('is not that of another process which got the same id later', () => {
    expect(isRunning({ ...identityOf(process.pid), startTime: '1' })).toBe(false);
  });

  it('is not that of a process which has ended', async () => {
    const child = spawn('true');
    const identity = identityOf(child.pid ?? 0);
    await once(child, 'exit');
    expect(isRunning(identity)).toBe(false);
  });

  it('is not that of one which has ended and that its parent has not noticed', async () => {
    const parent = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 30'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => void parent.kill());
    const [line] = await parent.stdout.take(1).toArray();
    const identity = identityOf(Number(line));
    expect(isRunning(identity)).toBe(true);
    await expect.poll(() => isRunning(identity)).toBe(false);
  });
});
