import { readdirSync, readFileSync } from 'node:fs';

/** What a process holds. */
export interface ProcessFacts {
  readonly memoryMiB: number;
  readonly descriptors: number;
}

/** Looks at a process of this machine; on other systems than Linux there is nothing to see. */
export function factsOf(pid: number): ProcessFacts {
  if (process.platform !== 'linux') return { memoryMiB: 0, descriptors: 0 };
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kibibytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
  return { memoryMiB: Math.round(kibibytes / 1_024), descriptors: readdirSync(`/proc/${pid}/fd`).length };
}
