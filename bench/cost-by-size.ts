import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AgedFile, agedFile } from './ageing/aged-file.ts';
import { load, singles } from './ageing/write-cost.ts';
import { median } from './median.ts';
import { uuidV7 } from './usage-requests.ts';

/** The figures of a server on a file with `keys` keys: medians of the rounds. */
export interface SizeLine {
  readonly keys: number;
  readonly megabytes: number;
  /** how long the start of the server took */
  readonly startMs: number;
  /** memory of the process after the load */
  readonly residentMegabytes: number;
  readonly timedPerSecond: number;
  readonly randomPerSecond: number;
}

const kinds = [singles('UUIDv7 keys', uuidV7), singles('random keys', () => randomUUID())] as const;

/** Measures keyed singles on files with different numbers of keys: each file has a server, and each round measures all of them. */
export async function measureSizes(
  keys: readonly number[],
  rounds: number,
  durationMs: number,
): Promise<SizeLine[]> {
  const folder = mkdtempSync(join(tmpdir(), 'billonce-bench-'));
  const files: AgedFile[] = [];
  for (const count of keys) files.push(await agedFile(folder, count));
  const sizes = files.map((file) => file.megabytes());
  const perSecond = files.map(() => kinds.map((): number[] => []));
  for (let round = 1; round <= rounds; round++) {
    console.error(`sizes: round ${round} of ${rounds} …`);
    for (const [number, kind] of kinds.entries()) {
      for (const [index, file] of files.entries()) {
        const report = await load(file.port, kind, { durationMs });
        perSecond[index]?.[number]?.push(report.requestsPerSecond);
      }
    }
  }
  const lines = files.map((file, index) => ({
    keys: file.keys,
    megabytes: sizes[index] ?? 0,
    startMs: file.startMs,
    residentMegabytes: residentMegabytes(file.server.pid),
    timedPerSecond: median(perSecond[index]?.[0] ?? []),
    randomPerSecond: median(perSecond[index]?.[1] ?? []),
  }));
  for (const { server } of files) await server.stop();
  rmSync(folder, { recursive: true, force: true });
  return lines;
}

/** The resident memory of a process; 0 where there is no `/proc`. */
function residentMegabytes(pid: number): number {
  if (process.platform !== 'linux') return 0;
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}
