import { test } from 'node:test';
import { withstood } from '../harness/proofs.ts';
import { rounds } from '../harness/rounds.ts';
import { StruckInstances } from '../harness/struck-instances.ts';
import { wordsOf } from '../history/history-figures.ts';
import { assertHistory } from '../history/run-history.ts';

const strikes = rounds({ test: 6, prove: 300 });

test('a history of three instances, whose network and database fail, has an order that explains every answer', async (t) => {
  withstood(
    'history_of_instances',
    wordsOf(await assertHistory(t, await StruckInstances.start(t), { strikes })),
  );
});
