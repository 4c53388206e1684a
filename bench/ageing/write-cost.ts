import { randomUUID } from 'node:crypto';
import { loadavg } from 'node:os';
import { type LoadReport, loadHttp, postRequest } from '../http-load.ts';
import { median } from '../median.ts';
import { uuidV7 } from '../usage-requests.ts';

/** The size of the measurement. `AGEING_KEYS`, `BENCH_ROUNDS` and `BENCH_SECONDS` change it. */
export const size = {
  keys: Number(process.env['AGEING_KEYS'] ?? 10_000_000),
  fewKeys: 10_000,
  rounds: Number(process.env['BENCH_ROUNDS'] ?? 3),
  durationMs: Number(process.env['BENCH_SECONDS'] ?? 5) * 1_000,
};
const itemsPerBulk = 1_000;
const warmUpMs = 1_000;

interface Kind {
  readonly name: string;
  readonly unit: string;
  readonly perRequest: number;
  readonly connections: number;
  nextRequest(): string;
}

/** Keyed singles, one at a time on each connection. */
export function singles(name: string, key: () => string): Kind {
  const body = JSON.stringify({ agent: 'agent-7', serviceId: 'search', requests: 3 });
  const nextRequest = () => postRequest('/api/v1/usage', body, [`Idempotency-Key: ${key()}`]);
  return { name, unit: 'requests/s', perRequest: 1, connections: 64, nextRequest };
}

/** The id of the n-th usage item. Ids ascend in the order of the items; those of the filled database end at `size.keys`. */
const usageIdOf = (n: number) => `event-${String(n).padStart(14, '0')}`;

/** Bulks whose items have ascending ids, after all existing ids. */
function orderedItems(): Kind {
  let last = size.keys;
  const nextRequest = () => {
    const items = Array.from({ length: itemsPerBulk }, () => {
      last += 1;
      return { agent: `agent-${last % 50}`, serviceId: 'search', requests: 3, id: usageIdOf(last) };
    });
    return postRequest('/api/v1/usage/bulk', JSON.stringify({ items }), [`Idempotency-Key: ${uuidV7()}`]);
  };
  const name = 'bulks of 1,000 with ordered item ids';
  return { name, unit: 'items/s', perRequest: itemsPerBulk, connections: 4, nextRequest };
}

/** A server, and the number of keys in its database. */
export interface Aged {
  readonly port: number;
  readonly keys: number;
}

/** Loads a server, and throws if it refused requests: such a figure would mean nothing. */
export async function load(
  port: number,
  kind: Kind,
  span: { readonly durationMs: number; readonly during?: Promise<unknown> } = size,
): Promise<LoadReport> {
  const { connections, nextRequest } = kind;
  const { durationMs, during } = span;
  const lasting = during === undefined ? { durationMs } : { durationMs, during };
  const report = await loadHttp({
    port,
    connections,
    warmUpMs: during === undefined ? warmUpMs : 0,
    ...lasting,
    nextRequest,
  });
  const others = Object.keys(report.statuses).filter((status) => !status.startsWith('2'));
  if (others.length > 0) throw new Error(`the load met refusals: ${JSON.stringify(report.statuses)}`);
  return report;
}

/** Compares the cost of a write with many and with few stored keys: both in each round, in alternating order. */
export async function printWriteCosts(few: Aged, many: Aged): Promise<void> {
  console.log(`\n| a write | at ${few.keys} keys | at ${many.keys} keys | cost | in each round | load |`);
  console.log('| --- | --- | --- | --- | --- | --- |');
  const kinds = [singles('UUIDv7 keys', uuidV7), singles('random keys', () => randomUUID()), orderedItems()];
  for (const kind of kinds) {
    const found: { few: number; many: number }[] = [];
    for (let round = 0; round < size.rounds; round++) {
      const order = round % 2 === 0 ? [few, many] : [many, few];
      const perSecond = new Map<Aged, number>();
      for (const aged of order) {
        perSecond.set(aged, (await load(aged.port, kind)).requestsPerSecond * kind.perRequest);
      }
      found.push({ few: perSecond.get(few) ?? 0, many: perSecond.get(many) ?? 0 });
    }
    const costs = found.map((round) => round.few / round.many);
    const whole = (values: readonly number[]) => Math.round(median(values)).toLocaleString('en');
    console.log(
      `| ${kind.name} (${kind.unit}) | ${whole(found.map((r) => r.few))} | ${whole(found.map((r) => r.many))} ` +
        `| × ${median(costs).toFixed(2)} | ${costs.map((cost) => cost.toFixed(2)).join(', ')} | ${loadavg()[0]?.toFixed(1)} |`,
    );
  }
}
