// Long histories of servers that are killed again and again. Each part is checked and forgotten before the next one begins, so
// the length has no limit.
import { test } from 'node:test';
import { withstood } from './harness/proofs.ts';
import { minutesMax, rounds } from './harness/rounds.ts';
import { sumOf, wordsOf } from './history/history-figures.ts';
import { KilledServer } from './history/killed-server.ts';
import { assertHistory } from './history/run-history.ts';

const servers = rounds({ test: 1, prove: 6 });
const strikes = rounds({ test: 6, prove: 170 });
const strikesPerPart = rounds({ test: 3, prove: 5 });
const bulkItemsMax = rounds({ test: 60, prove: 500 });
const breathMax = rounds({ test: 60, prove: 400 });

test('a long history of servers that are killed has an order that explains every answer', async (t) => {
  const size = {
    strikes,
    strikesPerPart,
    breathMax,
    agents: 8,
    clientsPerAgent: 5,
    bulkItemsMax,
    minutesMax,
  };
  const histories = Array.from({ length: servers }, async (_, turn) =>
    assertHistory(t, await KilledServer.start(t), { ...size, turn }),
  );
  withstood('long_history_of_servers', wordsOf(sumOf(await Promise.all(histories))));
});
