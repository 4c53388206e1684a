import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** What a process holds. */
export interface ProcessFacts {
  readonly memoryMiB: number;
  readonly descriptors: number;
}

/** Looks at a process of this machine. All is 0 on other systems than Linux, and of a process that has ended. */
export function factsOf(pid: number): ProcessFacts {
  if (!existsSync(`/proc/${pid}/fd`)) return { memoryMiB: 0, descriptors: 0 };
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kibibytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
  return { memoryMiB: Math.round(kibibytes / 1_024), descriptors: readdirSync(`/proc/${pid}/fd`).length };
}
