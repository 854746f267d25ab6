import { expect, test } from 'vitest';
import { Fault } from '../../../src/base/fault.ts';
import { sendRequest } from '../../../src/base/http.ts';

test('what a request was stopped by is what it tells', async () => {
  const lost = new Fault('locked', 'The lock was lost');
  const request = { url: 'http://127.0.0.1:9/', timeoutMs: 1_000 };
  expect(await sendRequest(request, AbortSignal.abort(lost))).toEqual({ kind: 'unanswered', fault: lost });
  expect(await sendRequest(request, AbortSignal.abort())).toMatchObject({ fault: { code: 'interrupted' } });
});
