import assert from 'node:assert/strict';
import { test } from 'node:test';
import { knownName, nearMiss, otherWordFor } from './near-miss.ts';

const known = ['agent', 'serviceId', 'requests', 'id', 'occurredAt', 'expectedStroops', 'mode', 'url'].map(
  (name) => knownName(name),
);
const meant = (name: string) => nearMiss(name, known)?.name;

test('a typing mistake, another case and another separator of words are near misses', () => {
  const wanted: Readonly<Record<string, string>> = {
    expectedStroop: 'expectedStroops',
    expected_stroops: 'expectedStroops',
    occuredAt: 'occurredAt',
    occurred_at: 'occurredAt',
    'occurred-at': 'occurredAt',
    mod: 'mode',
    moed: 'mode',
    MODE: 'mode',
    service_id: 'serviceId',
    serviceID: 'serviceId',
    request: 'requests',
    ID: 'id',
    _id: 'id',
    'id[]': 'id',
    uri: 'url',
    aegnt: 'agent',
  };
  for (const [name, right] of Object.entries(wanted)) assert.equal(meant(name), right, name);
});

test('a known synonym of a name is recognized in any spelling, but a word similar to the synonym is not', () => {
  const words = [knownName('id'), otherWordFor('id', 'usageId')];
  for (const name of ['usageId', 'usage_id', 'USAGEID'])
    assert.equal(nearMiss(name, words)?.hint, 'id', name);
  for (const name of ['usage', 'usageIds', 'usagId', 'storageId'])
    assert.equal(nearMiss(name, words), undefined);
});

test('an unrelated word is not a near miss', () => {
  const others = [
    'page',
    'limit',
    'note',
    'model',
    'i',
    'ids',
    'uid',
    'cost',
    'createdAt',
    'service',
    '',
    '💸',
    '_',
  ];
  assert.deepEqual(
    others.filter((name) => !['model', 'service'].includes(name)).flatMap((name) => meant(name) ?? []),
    [],
  );
  // `model` has one letter more than `mode`, and `service` two fewer than `serviceId`. Next to the right name, they are
  // ignored.
  assert.deepEqual([meant('model'), meant('service')], ['mode', 'serviceId']);
});

test('of two known names, the one with the same letters is suggested', () => {
  const both = [knownName('fromx'), knownName('from')];
  assert.equal(nearMiss('FROM', both)?.name, 'from');
});

test('checking a name of any length takes little time', () => {
  assert.equal(meant('x'.repeat(1_000_000)), undefined);
  assert.equal(meant(`agent${'_'.repeat(100)}`), undefined);
});
