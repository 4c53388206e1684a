import { encodeCursor } from './cursor.ts';

/** One part of the server that was checked. */
interface HealthCheck {
  readonly name: string;
  readonly status: 'ok';
  readonly detail: Readonly<Record<string, number>>;
}

/** The results of checking this instance's parts; for a part that does not work, an error. */
export interface Measured {
  readonly readMs: number;
  readonly writeMs: number;
  readonly queuedItems: number;
  readonly inFlightItems: number;
}

/** The state of the process. */
export function processHealth() {
  const { rss, heapUsed } = process.memoryUsage();
  return {
    uptimeSeconds: Math.round(process.uptime()),
    memory: { rssMb: megabytes(rss), heapUsedMb: megabytes(heapUsed) },
    pid: process.pid,
    node: process.version,
  };
}

/** A page of the checks, in AgentPay's form. */
export function checksPage(measured: Measured, afterName: string, limit: number) {
  const { readMs, writeMs, queuedItems, inFlightItems } = measured;
  const ok = (name: string, detail: HealthCheck['detail']): HealthCheck => ({ name, status: 'ok', detail });
  const all = [
    ok('memory', processHealth().memory),
    ok('queue', { queuedItems, inFlightItems }),
    ok('read', { ms: readMs }),
    ok('write', { ms: writeMs }),
  ];
  const left = all.filter(({ name }) => name > afterName);
  const checks = left.slice(0, limit);
  const last = left.length > limit ? checks.at(-1) : undefined;
  return {
    checks,
    checksTotal: all.length,
    nextChecksCursor: last === undefined ? null : encodeCursor('name', last.name),
  };
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1024 ** 2);
}
