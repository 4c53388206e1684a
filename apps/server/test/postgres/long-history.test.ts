// One long history of two instances, whose PostgreSQL fails over to its standby again and again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withstood } from '../harness/proofs.ts';
import { minutesMax, rounds } from '../harness/rounds.ts';
import { type ClusterStrike, FailingOver } from '../history/failing-over.ts';
import { wordsOf } from '../history/history-figures.ts';
import { assertHistory } from '../history/run-history.ts';

const strikes = rounds({ test: 4, prove: 300 });
const strikesPerPart = rounds({ test: 2, prove: 3 });
const breathMax = rounds({ test: 60, prove: 400 });
const bulkItemsMax = rounds({ test: 60, prove: 160 });

const times = (kind: ClusterStrike, count: number): ClusterStrike[] =>
  Array.from({ length: count }, () => kind);
const turn: readonly ClusterStrike[] = [
  'fail over',
  'kill all instances',
  ...times('kill the database', rounds({ test: 1, prove: 5 })),
  ...times('kill an instance', rounds({ test: 1, prove: 3 })),
];

test('a long history of a cluster whose parts are killed has an order that explains every answer', async (t) => {
  const size = {
    strikes,
    strikesPerPart,
    breathMax,
    agents: 8,
    clientsPerAgent: 5,
    bulkItemsMax,
    minutesMax,
  };
  const done = await assertHistory(t, await FailingOver.start(t, { turn }), size);
  withstood('long_history_of_a_cluster', wordsOf(done));
});

test('a history finds a fail-over to a standby that had not got every acknowledged write', async (t) => {
  const world = await FailingOver.start(t, { turn: ['fail over'], isLagging: true });
  const size = { strikes: 1, breathMax: 60, bulkItemsMax: 20 };
  await assert.rejects(assertHistory(t, world, size), /no order of its calls explains/);
});
