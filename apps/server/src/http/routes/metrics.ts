import type { Desk } from '../desk.ts';
import type { HandlersOf } from '../router.ts';

export function metricsRoutes({ view }: Desk) {
  return {
    readMetrics: async () => {
      const { mediaType, body } = await view.metrics();
      return { status: 200, headers: [['content-type', mediaType]], body };
    },
  } satisfies HandlersOf<'metrics'>;
}
