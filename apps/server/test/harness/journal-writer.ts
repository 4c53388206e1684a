// Begins operations in a journal: node journal-writer.ts PATH FIRST. It prints the keys of the operations that it found
// pending, and then each operation that is begun or about to be ended. It runs until it is killed or the journal fails.
import { fileJournal } from '@billonce/idempotency/client/file-journal';

const [path = '', first = '0'] = process.argv.slice(2);
const lanes = 8;
const url = 'http://127.0.0.1/charges';

const journal = fileJournal({ path });
const pending = await journal.pending();
console.log(`pending ${JSON.stringify(pending.map(({ operation, key }) => [operation, key]))}`);
let next = Number(first);
const write = async () => {
  for (;;) {
    const number = next++;
    const operation = `order ${number}`;
    const entry = { key: `key-${number}`, method: 'POST', url, bodyDigest: '', begunAtMs: Date.now() };
    await journal.begin(operation, entry);
    console.log(`begun ${number}`);
    if (number % 3 === 0) continue;
    console.log(`ending ${number}`);
    await journal.end(operation, entry.key);
  }
};
try {
  await Promise.all(Array.from({ length: lanes }, write));
} catch (error) {
  console.log(`failed ${Reflect.get(Object(error), 'code')}`);
}
