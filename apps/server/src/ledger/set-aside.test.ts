import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SetAside } from './set-aside.ts';

const element = (lane: string) => ({ lane, weight: 1 });

test('a group set aside begins when everything sent earlier from its lane is answered, independently of other lanes', async () => {
  const begun: string[] = [];
  const ended = Promise.withResolvers<string>();
  const aside = new SetAside<ReturnType<typeof element>>(
    (group) => {
      begun.push(...group.map(({ lane }) => lane));
      return Promise.resolve();
    },
    (lane) => ended.resolve(lane),
  );
  aside.sent([element('a'), element('a'), element('b')]);
  aside.add('a', [element('a'), element('a')]);
  aside.answered([element('a'), element('b')]);
  assert.deepEqual(begun, []);
  assert.equal(aside.isEmpty, false);
  aside.answered([element('a')]);
  assert.deepEqual(begun, ['a', 'a']);
  assert.equal(await ended.promise, 'a');
  assert.equal(aside.isEmpty, true);
  aside.add('b', [element('b')]);
  assert.deepEqual(begun, ['a', 'a', 'b']);
});
