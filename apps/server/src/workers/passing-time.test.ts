import assert from 'node:assert/strict';
import { test } from 'node:test';
import { distinctAgents } from '../reads/books/balances.ts';
import { commandsOf } from './passing-time.ts';

const rows = (agent: string, count: number) =>
  Array.from({ length: count }, () => ({ tenant: 't', agent, first: 'first' }));

test('an agent with many lapsing holds gets one command for each commit, and other agents share a command', () => {
  const due = distinctAgents([
    ...rows('a', 20),
    ...rows('b', 20),
    ...rows('many', 400),
    ...rows('c', 1),
    ...rows('a', 10),
  ]);
  assert.deepEqual(commandsOf(due), [['a', 'b'], ['many'], ['many'], ['c']]);
  const others = Array.from({ length: 120 }, (_, number) => rows(`agent-${number}`, 1)).flat();
  assert.deepEqual(
    commandsOf(distinctAgents(others)).map((agents) => agents.length),
    [50, 50, 20],
  );
  assert.deepEqual(commandsOf([]), []);
});
