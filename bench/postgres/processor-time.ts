import { readdirSync, readFileSync } from 'node:fs';
import type pg from 'pg';

/** Linux counts processor time in hundredths of a second. */
const tickMs = 10;

/** The processor time of a process so far, and its parent. */
interface ProcessTime {
  readonly parent: number;
  readonly usedMs: number;
}

/** Processor time so far, by process id, as Linux reports it; empty on other systems. */
function processTimes(): Map<number, ProcessTime> {
  const times = new Map<number, ProcessTime>();
  for (const name of process.platform === 'linux' ? readdirSync('/proc') : []) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const [, parent, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      times.set(Number(name), {
        parent: Number(parent),
        usedMs: (Number(rest[9]) + Number(rest[10])) * tickMs,
      });
    } catch {
      // The process ended while it was read.
    }
  }
  return times;
}

/** Process id of the database server: its connections and workers are its children. */
export async function databaseProcess(client: pg.Client): Promise<number> {
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
  return processTimes().get(Number(rows[0].pid))?.parent ?? -1;
}

/** Processor time of the database and of processes so far, in milliseconds. */
export function processorMs(
  database: number,
  processes: readonly number[],
): { database: number; instances: number } {
  const used = { database: 0, instances: 0 };
  for (const [pid, { parent, usedMs }] of processTimes()) {
    if (parent === database || pid === database) used.database += usedMs;
    if (processes.includes(pid)) used.instances += usedMs;
  }
  return used;
}
