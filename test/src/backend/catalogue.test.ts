import { expect, onTestFinished, test } from 'vitest';
import { backends, openBackend } from '../../../src/backend/catalogue.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { tempFolder } from '../../setup/temp-folder.ts';

const settings = () => ({
  clock: systemClock,
  folder: tempFolder(),
  url: 'redis://127.0.0.1:1/0',
  connectTimeoutMs: 1_000,
  operationTimeoutMs: 1_000,
});

test.each(backends.map(({ kind }) => kind))(
  '%s is opened by its kind, and does not wait for anything',
  async (kind) => {
    const backend = await openBackend(kind, settings());
    onTestFinished(() => backend.close());
    expect(backend.kind).toBe(kind);
  },
);

test('a kind without a row is refused, with those that there are', async () => {
  await expect(openBackend('dynamodb', settings())).rejects.toMatchObject({
    code: 'unsupported',
    next: expect.stringContaining('embedded, redis'),
  });
});
