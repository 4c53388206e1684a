import { readdirSync, readFileSync } from 'node:fs';

/** The resources that a process has used so far; all 0 where there is no `/proc`. */
export interface ProcessUse {
  /** in microseconds: of all threads, of the main thread, of worker threads, and of the other threads of V8 and libuv */
  readonly processorUs: number;
  readonly mainUs: number;
  readonly workersUs: number;
  readonly restUs: number;
  /** bytes that reached the disk: a page that was written twice before a flush counts once */
  readonly bytesWritten: number;
}

const nothing: ProcessUse = { processorUs: 0, mainUs: 0, workersUs: 0, restUs: 0, bytesWritten: 0 };

export function processUse(pid: number): ProcessUse {
  if (process.platform !== 'linux') return nothing;
  const use = { ...nothing };
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    // The first number is the nanoseconds on a processor, the second those of waiting for one.
    const [onProcessorNs] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
    const usedUs = Number(onProcessorNs) / 1_000;
    use.processorUs += usedUs;
    if (thread === String(pid)) use.mainUs += usedUs;
    else if (readFileSync(`/proc/${pid}/task/${thread}/comm`, 'utf8').startsWith('WorkerThread'))
      use.workersUs += usedUs;
    else use.restUs += usedUs;
  }
  const written = /^write_bytes: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'));
  return { ...use, bytesWritten: Number(written?.[1] ?? 0) };
}

/** The resources that a process used between two readings, for each request. */
export function useEach(before: ProcessUse, after: ProcessUse, requests: number): ProcessUse {
  const each = (read: (use: ProcessUse) => number) => (read(after) - read(before)) / requests;
  return {
    processorUs: each(({ processorUs }) => processorUs),
    mainUs: each(({ mainUs }) => mainUs),
    workersUs: each(({ workersUs }) => workersUs),
    restUs: each(({ restUs }) => restUs),
    bytesWritten: each(({ bytesWritten }) => bytesWritten),
  };
}
