import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from './median.ts';

const pageBytes = 4_096;

/** The time that the disk needs to make one appended page durable: no commit can be faster. */
export interface SyncTime {
  readonly medianMs: number;
  readonly perSecond: number;
}

/** Measures synced writes of one page, one after the other. */
export function measureSync(durationMs: number): SyncTime {
  const folder = mkdtempSync(join(tmpdir(), 'billonce-bench-'));
  const file = openSync(join(folder, 'pages'), 'w');
  const page = new Uint8Array(pageBytes).fill(7);
  const tookMs: number[] = [];
  const endMs = performance.now() + durationMs;
  while (performance.now() < endMs) {
    const startMs = performance.now();
    writeSync(file, page);
    fdatasyncSync(file);
    tookMs.push(performance.now() - startMs);
  }
  closeSync(file);
  rmSync(folder, { recursive: true });
  const sumMs = tookMs.reduce((sum, ms) => sum + ms, 0);
  return { medianMs: median(tookMs), perSecond: (tookMs.length * 1_000) / sumMs };
}
