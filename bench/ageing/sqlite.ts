// What a write costs on a SQLite file with many keys against one with few, and how large the file is. AGEING_KEYS says
// how many keys.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from '../server-process.ts';
import { uuidV7 } from '../singles.ts';
import { fillFile } from './fill-sqlite.ts';
import { load, printWriteCosts, singles, size } from './write-cost.ts';

const filledDays = 5;
const today = Math.floor(Date.now() / 86_400_000);
const days = Array.from({ length: filledDays }, (_, n) => today - filledDays + n);
const folder = mkdtempSync(join(tmpdir(), 'billonce-ageing-'));

const serverOf = (file: string) =>
  startServer('apps/server/src/main.ts', { PORT: '0', LOG_LEVEL: 'warn', DATABASE_URL: `file:${file}` });

/** A file that a server has made, with so many keys of the days before. */
async function aged(name: string, keys: number) {
  const file = join(folder, `${name}.db`);
  const maker = await serverOf(file);
  await load(maker.port, singles('UUIDv7 keys', uuidV7), { durationMs: 1_000 });
  await maker.stop();
  const startMs = performance.now();
  fillFile(file, days, Math.floor(keys / filledDays));
  const seconds = (performance.now() - startMs) / 1000;
  const megabytes = statSync(file).size / 1e6;
  console.log(`${name}: ${keys} keys, filled in ${seconds.toFixed(0)} s, ${megabytes.toFixed(0)} MB`);
  return { file, keys, server: await serverOf(file) };
}

const few = await aged('few', size.fewKeys);
const many = await aged('many', size.keys);
await printWriteCosts({ port: few.server.port, keys: few.keys }, { port: many.server.port, keys: many.keys });
await Promise.all([few.server.stop(), many.server.stop()]);
console.log(`\nbehind it: many ${(statSync(many.file).size / 1e6).toFixed(0)} MB`);
rmSync(folder, { recursive: true, force: true });
