import { readdirSync, readFileSync } from 'node:fs';

/** What a process has used until now; nothing where there is no `/proc`. */
interface ProcessUse {
  /** of all threads, in microseconds */
  readonly processorUs: number;
  /** that it made the disk write, a page that was written twice before it got there once */
  readonly bytesWritten: number;
}

export function processUse(pid: number): ProcessUse {
  if (process.platform !== 'linux') return { processorUs: 0, bytesWritten: 0 };
  const threads = readdirSync(`/proc/${pid}/task`).map((thread) => {
    // Nanoseconds on a processor, and waiting for one.
    const [onProcessorNs] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
    return Number(onProcessorNs) / 1_000;
  });
  const written = /^write_bytes: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'));
  return {
    processorUs: threads.reduce((sum, used) => sum + used, 0),
    bytesWritten: Number(written?.[1] ?? 0),
  };
}
