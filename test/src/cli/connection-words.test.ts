import { expect, test } from 'vitest';
import { Fault } from '../../../src/base/fault.ts';
import { tellConnections } from '../../../src/cli/connection-words.ts';

test('a person hears which storage was lost and why, and that it is there again', () => {
  const said: string[] = [];
  const { connection } = tellConnections((lines) => said.push(...lines));
  const server = 'redis://10.0.0.5:6379/0';
  connection?.({ state: 'lost', server, fault: new Fault('backend-unreachable', 'Redis refused') });
  connection?.({ state: 'regained', server });
  connection?.({ state: 'lost', server });
  expect(said).toEqual([
    'Lost redis://10.0.0.5:6379/0: Redis refused',
    'Trying again …',
    'redis://10.0.0.5:6379/0 answers again',
    'Lost redis://10.0.0.5:6379/0; trying again …',
  ]);
});

test('a storage that names itself in what it says is not named twice', () => {
  const said: string[] = [];
  const fault = new Fault('backend-unreachable', 'Redis at 10.0.0.5:6379 refused the connection');
  const { connection } = tellConnections((lines) => said.push(...lines));
  connection?.({ state: 'lost', server: '10.0.0.5:6379', fault });
  expect(said[0]).toBe('Redis at 10.0.0.5:6379 refused the connection');
});

test.each([
  [true, 'Trying again …'],
  [false, 'Check the password; trying again …'],
])('and what to do, unless waiting alone may help: %s', (retryable, last) => {
  const said: string[] = [];
  const fault = new Fault('backend-denied', 'Redis refused', { next: 'Check the password', retryable });
  tellConnections((lines) => said.push(...lines)).connection?.({ state: 'lost', server: 'a', fault });
  expect(said.at(-1)).toBe(last);
});
