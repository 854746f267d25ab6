import { expect, test } from 'vitest';
import { createOutage } from '../../../src/backend/redis/outage.ts';
import { Fault } from '../../../src/base/fault.ts';

const gone = new Fault('backend-unreachable', 'gone', { retryable: true });
const denied = new Fault('backend-denied', 'denied');

function listen() {
  const heard: string[] = [];
  const outage = createOutage({
    connection: ({ state, fault }) => void heard.push(fault ? `${state}: ${fault.message}` : state),
  });
  return { heard, outage };
}

test('an outage is told once, and its end', () => {
  const { heard, outage } = listen();
  outage.connected('a');
  for (const fault of [gone, gone]) outage.lost('a', fault);
  for (let n = 0; n < 2; n++) outage.connected('a');
  outage.lost('a', gone);
  expect(heard).toEqual(['lost: gone', 'regained', 'lost: gone']);
});

test('a reason that waiting does not mend is told although an outage was told before, and once', () => {
  const { heard, outage } = listen();
  for (const fault of [gone, denied, gone, denied]) outage.lost('a', fault);
  outage.connected('a');
  expect(heard).toEqual(['lost: gone', 'lost: denied', 'regained']);
});
