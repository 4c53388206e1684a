import { readdirSync, readFileSync } from 'node:fs';

/** Seconds of processor time. */
export interface ProcessorSeconds {
  /** of a process alone */
  readonly own: number;
  /** of all its descendants, ended or still running */
  readonly started: number;
}

/** The length of one tick in `/proc/PID/stat`, on every Linux that Node runs on. */
const ticksPerSecond = 100;

interface Row {
  readonly parent: number;
  readonly own: number;
  /** of its descendants that have ended and were waited for */
  readonly ended: number;
}

/** The processor time of a process and its descendants so far; nothing where there is no `/proc`. */
export function processorSeconds(pid: number): ProcessorSeconds {
  const rows = readRows();
  const root = rows.get(pid);
  if (root === undefined) return { own: 0, started: 0 };
  const children = Map.groupBy(rows.keys(), (child) => rows.get(child)?.parent ?? 0);
  const left = [...(children.get(pid) ?? [])];
  let started = root.ended;
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const row = rows.get(next);
    started += (row?.own ?? 0) + (row?.ended ?? 0);
    left.push(...(children.get(next) ?? []));
  }
  return { own: root.own / ticksPerSecond, started: started / ticksPerSecond };
}

function readRows(): Map<number, Row> {
  const rows = new Map<number, Row>();
  for (const name of namesIn('/proc')) {
    const pid = Number(name);
    const row = Number.isInteger(pid) ? readRow(pid) : undefined;
    if (row !== undefined) rows.set(pid, row);
  }
  return rows;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readRow(pid: number): Row | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may contain any character, even parentheses. The parent is the second field after it.
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15);
    return { parent: fields[1] ?? 0, own: user + system, ended: endedUser + endedSystem };
  } catch {
    // The process ended meanwhile.
    return undefined;
  }
}
