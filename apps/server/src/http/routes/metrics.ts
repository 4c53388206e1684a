import type { Desk } from '../desk.ts';
import type { HandlersOf } from '../router.ts';

export function metricsRoutes({ metrics }: Desk) {
  return {
    readMetrics: async () => {
      const { mediaType, body } = await metrics.text();
      return { status: 200, headers: [['content-type', mediaType]], body };
    },
  } satisfies HandlersOf<'metrics'>;
}
