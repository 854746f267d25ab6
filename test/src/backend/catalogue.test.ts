import { expect, onTestFinished, test } from 'vitest';
import { openBackend } from '../../../src/backend/catalogue.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { tempFolder } from '../../setup/temp-folder.ts';

const redis = {
  kind: 'redis',
  url: 'redis://127.0.0.1:1/0',
  readFrom: 'primary',
  poolSize: 1,
  connectTimeoutMs: 1_000,
  operationTimeoutMs: 1_000,
} as const;
const embedded = () => ({ kind: 'embedded', folder: tempFolder() }) as const;
const dynamodb = {
  kind: 'dynamodb',
  table: 'games',
  endpoint: 'http://127.0.0.1:1',
  poolSize: 1,
  connectTimeoutMs: 1_000,
  operationTimeoutMs: 1_000,
} as const;

test.each([{ place: embedded }, { place: () => redis }, { place: () => dynamodb }])(
  'a backend is opened by its kind, and waits for nothing',
  async ({ place }) => {
    const asked = place();
    const backend = await openBackend(asked, systemClock);
    onTestFinished(() => backend.close());
    expect(backend.kind).toBe(asked.kind);
  },
);
