import { loadavg } from 'node:os';
import type pg from 'pg';
import type { PostgresSweep } from '../../apps/server/src/storage/postgres/upkeep/sweep.ts';
import type { SweepCursor } from '../../apps/server/src/storage/sweep-step.ts';
import { uuidV7 } from '../usage-requests.ts';
import { fillAnswers, fillDeliveries, fillRecords } from './fill-postgres.ts';
import { cellsOf, longestTransactionMs, taken, vacuumed } from './watch.ts';
import { load, singles } from './write-cost.ts';

export const dayMs = 86_400_000;
/** Keys are kept for this many days, their answers for one. */
export const retentionDays = 5;
const limits = { answerTtlMs: dayMs, retentionMs: retentionDays * dayMs, rowsMax: 2_000 };
/** The longest wait for autovacuum at the end of a day. */
const restMaxMs = 120_000;

/** The load writes rows of today. The server creates partitions from yesterday on, so the sizes leave those out. */
const loadedFrom = Math.floor(Date.now() / dayMs) - 1;

/** A database that ages, with a server on it. */
export interface Ageing {
  readonly url: string;
  readonly client: pg.Client;
  readonly port: number;
  readonly sweep: PostgresSweep;
}

interface Swept {
  steps: number;
  longestMs: number;
  rows: number;
  parts: number;
}

/** Runs one whole sweep at the beginning of a day, as the worker does. */
export async function sweepAt(sweep: PostgresSweep, day: number): Promise<Swept> {
  const done = { steps: 0, longestMs: 0, rows: 0, parts: 0 };
  let cursor: SweepCursor | undefined;
  for (let isDone = false; !isDone; ) {
    const startMs = performance.now();
    const report = await sweep.sweep(day * dayMs, { ...limits, cursor });
    done.steps += 1;
    done.longestMs = Math.max(done.longestMs, performance.now() - startMs);
    if (report.kind === 'swept') {
      done.rows += report.rowsDeleted;
      done.parts += report.partsDropped;
      ({ cursor } = report);
    }
    ({ isDone } = report);
  }
  return done;
}

/** Creates the partitions of days, as the sweeps of earlier days would have done. */
export async function makePartsOf(sweep: PostgresSweep, fromDay: number, beforeDay: number): Promise<void> {
  for (let day = fromDay; day < beforeDay; day += retentionDays) {
    await sweep.makeParts(day * dayMs, limits.retentionMs);
  }
}

const tables = 'answers | timed keys | other keys | deliveries';
const head = `| day | ${tables} (each MB / dead rows) | steps | rows deleted, parts dropped | s | longest step ms | longest transaction ms | writes/s, p50, p99 ms before | during | load |`;

export async function printDay(
  { url, client, port, sweep }: Ageing,
  day: number,
  counts: { readonly number: number; readonly keys: number; readonly deliveries: number },
): Promise<void> {
  if (counts.number === 1) {
    console.log(
      `\n${head}\n|${' --- |'.repeat(13)}\n| 0 | ${cellsOf(await taken(client, loadedFrom))} |||||||||`,
    );
  }
  await fillRecords(client, { day, count: counts.keys });
  await fillAnswers(client, { day, count: counts.keys });
  await fillDeliveries(client, { day, count: counts.deliveries });
  const writes = singles('UUIDv7 keys', uuidV7);
  const before = await load(port, writes);
  const startMs = performance.now();
  const sweeping = sweepAt(sweep, day + 1);
  const [swept, longestMs, during] = await Promise.all([
    sweeping,
    longestTransactionMs(url, sweeping),
    load(port, writes, { durationMs: 0, during: sweeping }),
  ]);
  const seconds = (performance.now() - startMs) / 1000;
  const figures = ({ requestsPerSecond, p50Ms, p99Ms }: typeof before) =>
    `${requestsPerSecond.toFixed(0)}, ${p50Ms.toFixed(1)}, ${p99Ms.toFixed(1)}`;
  console.log(
    `| ${counts.number}, swept | ${cellsOf(await taken(client, loadedFrom))} | ${swept.steps} | ${swept.rows.toLocaleString('en')}, ${swept.parts} ` +
      `| ${seconds.toFixed(1)} | ${swept.longestMs.toFixed(0)} | ${longestMs.toFixed(0)} | ${figures(before)} | ${figures(during)} | ${loadavg()[0]?.toFixed(1)} |`,
  );
  const restS = await vacuumed(client, restMaxMs);
  const rest = restS === undefined ? 'not vacuumed in time' : `vacuumed after ${restS.toFixed(0)} s`;
  console.log(`| ${counts.number}, ${rest} | ${cellsOf(await taken(client, loadedFrom))} |||||||||`);
}
