import { type LoadReport, loadHttp } from './http-load.ts';
import { median } from './median.ts';
import { loadAtRate, type PacedReport } from './paced-load.ts';
import { UsageRequests, uuidV7 } from './usage-requests.ts';
import { type Side, withServers } from './with-servers.ts';

const connections = 64;
const warmUpMs = 1_000;
/** The code of a server that has just started is not fully optimized yet. */
const firstWarmUpMs = 8_000;
/** shares of the highest rate of Billonce in the same run */
const shares = [0.1, 0.3, 0.5, 0.7, 0.85] as const;
const compared = ['billonce', 'bare', 'key_map'] as const;

/** The latencies of one side at one rate: medians of the rounds. */
export interface LatencyLine extends PacedReport {
  readonly side: Side;
  /** share of the highest rate of Billonce */
  readonly share: number;
}

/** Measures the latency of keyed singles at fixed rates, up to nearly the highest rate of Billonce. */
export async function measureLatency(rounds: number, durationMs: number): Promise<LatencyLine[]> {
  return await withServers(compared, async (servers) => {
    const requests = new UsageRequests();
    const nextRequest = () => requests.next(uuidV7());
    for (const { port } of [servers.bare, servers.key_map])
      await loadHttp({ port, connections, warmUpMs: 0, durationMs: firstWarmUpMs, nextRequest });
    const most: LoadReport = await loadHttp({
      port: servers.billonce.port,
      connections,
      warmUpMs: firstWarmUpMs,
      durationMs,
      nextRequest,
    });
    const measured: LatencyLine[] = [];
    for (let round = 1; round <= rounds; round++) {
      console.error(`latency: round ${round} of ${rounds} …`);
      for (const share of shares) {
        for (const side of compared) {
          const ratePerSecond = Math.round(most.requestsPerSecond * share);
          const { port } = servers[side];
          const report = await loadAtRate({
            port,
            connections,
            ratePerSecond,
            warmUpMs,
            durationMs,
            nextRequest,
          });
          measured.push({ ...report, side, share });
        }
      }
    }
    return medians(measured);
  });
}

function medians(measured: readonly LatencyLine[]): LatencyLine[] {
  return compared.flatMap((side) =>
    shares.map((share) => {
      const found = measured.filter((one) => one.side === side && one.share === share);
      const of = (pick: (one: LatencyLine) => number) => median(found.map(pick));
      return {
        side,
        share,
        ratePerSecond: of((one) => one.ratePerSecond),
        p50Ms: of((one) => one.p50Ms),
        p99Ms: of((one) => one.p99Ms),
        p999Ms: of((one) => one.p999Ms),
      };
    }),
  );
}
