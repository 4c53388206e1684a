// Records numbered items, starting with a given number: node recording-client.ts URL JOURNAL FIRST COUNT. It prints the
// number of each item that its journal contains, may be killed at any time, and ends when all items are answered.
import { createBillonce } from '@billonce/client';
import { fileJournal } from '@billonce/idempotency/client/file-journal';

const [url = '', path = '', first = '0', count = '0'] = process.argv.slice(2);
const itemsInGroup = 5;

const journal = fileJournal({ path });
const billonce = createBillonce({ url, attemptTimeoutMs: 2_000, baseDelayMs: 5, maxDelayMs: 50 });
const recorder = billonce.recorder({
  journal,
  ...{ flushItems: 20, flushMs: 1, deadlineMs: 500, pauseMsMax: 50 },
  onRefused: (item, { error }) => console.log(`refused ${item.id} ${error}`),
});

for (let number = Number(first); number < Number(count); ) {
  const group = Array.from({ length: itemsInGroup }, (_, at) => number + at);
  for (const each of group) {
    recorder.add({ agent: 'agent-7', serviceId: 'search', requests: 1, id: `item-${each}` });
  }
  await recorder.saved();
  number += itemsInGroup;
  console.log(`saved ${number}`);
}
const { waiting } = await recorder.close({ deadlineMs: 30_000 });
await journal.close();
console.log(`waiting ${waiting}`);
