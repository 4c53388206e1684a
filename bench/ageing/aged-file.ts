import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type ServerProcess, startServer } from '../server-process.ts';
import { uuidV7 } from '../usage-requests.ts';
import { fillFile } from './fill-sqlite.ts';
import { type Aged, load, singles } from './write-cost.ts';

const filledDays = 5;
const today = Math.floor(Date.now() / 86_400_000);
const days = Array.from({ length: filledDays }, (_, n) => today - filledDays + n);

/** A file with many keys, and a server on it. */
export interface AgedFile extends Aged {
  readonly server: ServerProcess;
  readonly startMs: number;
  megabytes(): number;
}

const serverOf = (file: string) =>
  startServer('apps/server/src/main.ts', { PORT: '0', LOG_LEVEL: 'warn', DATABASE_URL: `file:${file}` });

/** Creates a file with a server, fills it directly with `keys` keys of earlier days, and starts a server on it. */
export async function agedFile(folder: string, keys: number): Promise<AgedFile> {
  const file = join(folder, `keys-${keys}.db`);
  const maker = await serverOf(file);
  await load(maker.port, singles('UUIDv7 keys', uuidV7), { durationMs: 1_000 });
  await maker.stop();
  const filledFromMs = performance.now();
  fillFile(file, days, Math.floor(keys / filledDays));
  const seconds = (performance.now() - filledFromMs) / 1000;
  const megabytes = () => statSync(file).size / 1e6;
  console.error(`${keys} keys, filled in ${seconds.toFixed(0)} s, ${megabytes().toFixed(0)} MB`);
  const startedFromMs = performance.now();
  const server = await serverOf(file);
  return { keys, server, port: server.port, startMs: performance.now() - startedFromMs, megabytes };
}
