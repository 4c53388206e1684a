import { loadHttp } from './http-load.ts';
import { median } from './median.ts';
import { processUse, useEach } from './process-use.ts';
import { UsageRequests, uuidV7 } from './usage-requests.ts';
import { type Side, withServers } from './with-servers.ts';

const connections = 64;
const warmUpMs = 1_000;
/** The code of a server that has just started is not fully optimized yet. */
const firstWarmUpMs = 8_000;
const compared = ['bare', 'key_map', 'one_by_one', 'billonce'] as const;

/** The figures of one way to store keys, as medians of the rounds. */
export interface PeerLine {
  readonly side: Side;
  readonly newKeysPerSecond: number;
  readonly replaysPerSecond: number;
  /** processor time for each new key */
  readonly newKeyUs: number;
  readonly p99Ms: number;
}

/** Measures the same route with different ways to store keys, all of them in each round. */
export async function measurePeers(rounds: number, durationMs: number): Promise<PeerLine[]> {
  const measured: PeerLine[] = [];
  for (let round = 1; round <= rounds; round++) {
    console.error(`peers: round ${round} of ${rounds} …`);
    for (const side of compared) measured.push(await measure(side, durationMs));
  }
  return compared.map((side) => {
    const found = measured.filter((one) => one.side === side);
    const of = (pick: (one: PeerLine) => number) => median(found.map(pick));
    return {
      side,
      newKeysPerSecond: of((one) => one.newKeysPerSecond),
      replaysPerSecond: of((one) => one.replaysPerSecond),
      newKeyUs: of((one) => one.newKeyUs),
      p99Ms: of((one) => one.p99Ms),
    };
  });
}

async function measure(side: Side, durationMs: number): Promise<PeerLine> {
  return await withServers([side], async ({ [side]: server }) => {
    const { port, pid } = server;
    const requests = new UsageRequests();
    const load = (nextRequest: () => string, forMs: number) =>
      loadHttp({ port, connections, warmUpMs: 0, durationMs: forMs, nextRequest });
    const nextRequest = () => requests.next(uuidV7());
    await load(nextRequest, firstWarmUpMs);
    const before = processUse(pid);
    const newKeys = await load(nextRequest, durationMs);
    const { processorUs } = useEach(before, processUse(pid), newKeys.requests);
    const known = nextRequest();
    await load(() => known, warmUpMs);
    const replays = await load(() => known, durationMs);
    return {
      side,
      newKeysPerSecond: newKeys.requestsPerSecond,
      replaysPerSecond: replays.requestsPerSecond,
      newKeyUs: processorUs,
      p99Ms: newKeys.p99Ms,
    };
  });
}
