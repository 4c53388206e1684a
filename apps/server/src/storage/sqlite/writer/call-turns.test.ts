import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CallTurns } from './call-turns.ts';

interface Call {
  readonly name: string;
  readonly weight: number;
}

/** Lines with calls of these weights. A call is named by its line and its position in the line. */
function turnsOf(...lines: readonly (readonly number[])[]): CallTurns<Call> {
  const turns = new CallTurns<Call>(({ weight }) => weight);
  for (const [line, weights] of lines.entries()) {
    const add = turns.addLine();
    for (const [place, weight] of weights.entries()) add({ name: `${'abc'[line]}${place}`, weight });
  }
  return turns;
}

function groupsOf(turns: CallTurns<Call>): string[] {
  const groups: string[] = [];
  while (!turns.isEmpty)
    groups.push(
      turns
        .take()
        .map(({ name }) => name)
        .join(' '),
    );
  return groups;
}

test('calls of one line are taken in their order, heavy ones apart from light ones', () => {
  assert.deepEqual(groupsOf(turnsOf([1, 1, 500, 1_400, 1_000, 1])), ['a0 a1', 'a2 a3', 'a4', 'a5']);
});

test('light calls of all lines are taken together, one of each line in turn', () => {
  assert.deepEqual(groupsOf(turnsOf([1, 2, 3], [4], [5, 6])), ['a0 b0 c0 a1 c1 a2']);
});

test('if not all light calls fit into a group, each line gets a part of it, and another line begins the next group', () => {
  const many = [400, 400, 400];
  assert.deepEqual(groupsOf(turnsOf(many, many, many)), ['a0 b0 c0 a1 b1', 'b2 c1 a2 c2']);
});

test('a light call waits for one heavy group at most, no matter what the other lines send', () => {
  const turns = turnsOf([9_000, 9_000, 9_000], [9_000, 9_000], []);
  assert.deepEqual(
    turns.take().map(({ name }) => name),
    ['a0'],
  );
  const late = turns.addLine();
  late({ name: 'late', weight: 1 });
  assert.deepEqual(groupsOf(turns), ['late', 'b0', 'a1', 'b1', 'a2']);
});

test('heavy calls do not wait for a line that always has light ones', () => {
  const turns = turnsOf([9_000, 9_000], [1]);
  assert.deepEqual(groupsOf(turns).slice(0, 2), ['a0', 'b0']);
  const never = new CallTurns<Call>(({ weight }) => weight);
  const [heavy, light] = [never.addLine(), never.addLine()];
  for (let at = 0; at < 3; at++) heavy({ name: 'heavy', weight: 9_000 });
  const taken: string[] = [];
  for (let at = 0; at < 6; at++) {
    light({ name: 'light', weight: 1 });
    taken.push(...never.take().map(({ name }) => name));
  }
  assert.equal(taken.filter((name) => name === 'heavy').length, 3);
});

test('nothing is taken from empty lines', () => {
  const turns = turnsOf([], []);
  assert.equal(turns.isEmpty, true);
  assert.deepEqual(turns.take(), []);
});
