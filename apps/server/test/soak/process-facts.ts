import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/** The resources that a process holds. */
export interface ProcessFacts {
  readonly memoryMiB: number;
  readonly descriptors: number;
}

/**
 * Reads the facts of a process on this machine. All are 0 on systems other than Linux, and for a process that has
 * ended.
 */
export function factsOf(pid: number): ProcessFacts {
  if (!existsSync(`/proc/${pid}/fd`)) return { memoryMiB: 0, descriptors: 0 };
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kibibytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
  return { memoryMiB: Math.round(kibibytes / 1_024), descriptors: readdirSync(`/proc/${pid}/fd`).length };
}

/** The kinds of a process's descriptors and their counts, for the message of a test. */
export function descriptorKinds(pid: number): string {
  const counts = new Map<string, number>();
  for (const descriptor of existsSync(`/proc/${pid}/fd`) ? readdirSync(`/proc/${pid}/fd`) : []) {
    const kind = kindOf(`/proc/${pid}/fd/${descriptor}`);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].map(([kind, count]) => `${count} ${kind}`).join(', ');
}

function kindOf(path: string): string {
  try {
    return basename(readlinkSync(path)).replace(/:?\[.*\]$/, '');
  } catch {
    return 'closed meanwhile';
  }
}
