import { expect, test } from 'vitest';
import { Fault } from '../../../src/base/fault.ts';
import { tellConnections } from '../../../src/cli/connection-words.ts';

test('a person hears which storage was lost and why, and that it is there again', () => {
  const said: string[] = [];
  const { connection } = tellConnections((lines) => said.push(...lines));
  const server = 'redis://10.0.0.5:6379/0';
  connection?.({ state: 'lost', server, fault: new Fault('backend-unreachable', 'Redis refused') });
  connection?.({ state: 'regained', server });
  expect(said).toEqual([
    'Lost redis://10.0.0.5:6379/0: Redis refused; trying again …',
    'redis://10.0.0.5:6379/0 answers again',
  ]);
});
