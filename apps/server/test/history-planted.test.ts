// Plants faults in the books of a real server while it is dead, to check that its history shows them.
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { serviceIds } from './history/clients.ts';
import { KilledServer, type PlantedFault } from './history/killed-server.ts';
import { assertHistory, type World } from './history/run-history.ts';

const strikes = 4;
/** Of a database file: what a copy of it consists of. */
const parts = ['', '-wal'];

function execute(sql: string): (file: string) => void {
  return (file) => {
    const database = new DatabaseSync(file);
    database.exec(sql);
    database.close();
  };
}

/** Each kill brings the books back to their state at the kill before. */
function goesBack(): PlantedFault {
  let hasCopy = false;
  return {
    whileDead(file) {
      for (const part of parts) {
        const [own, copy] = [`${file}${part}`, `${file}-copy${part}`];
        const draft = `${copy}-draft`;
        if (existsSync(own)) copyFileSync(own, draft);
        rmSync(own, { force: true });
        if (hasCopy && existsSync(copy)) copyFileSync(copy, own);
        if (!hasCopy && existsSync(draft)) copyFileSync(draft, own);
        rmSync(copy, { force: true });
        if (existsSync(draft)) copyFileSync(draft, copy);
      }
      rmSync(`${file}-shm`, { force: true });
      hasCopy = true;
    },
  };
}

/** Usage that no client recorded, as a server records it that applies a write again when it starts. */
async function appliesAgain(world: World): Promise<void> {
  const [api] = world.apis();
  await api?.post(
    '/usage',
    { agent: 'agent-0', serviceId: serviceIds[0], requests: 1 },
    `again-${Math.random()}`,
  );
}

const faults: readonly (readonly [name: string, fault: () => PlantedFault])[] = [
  ['has lost what it acknowledged since the kill before', goesBack],
  ['has forgotten all keys', () => ({ whileDead: execute('DELETE FROM records') })],
  ['applies a write a second time', () => ({ afterStart: appliesAgain })],
];

for (const [name, fault] of faults) {
  test(`a history finds a server that ${name} after a kill`, async (t) => {
    const world = await KilledServer.start(t, fault());
    const size = { strikes, strikesPerPart: 2, breathMax: 60, bulkItemsMax: 20 };
    await assert.rejects(assertHistory(t, world, size), /no order of its calls explains/);
  });
}
