import { deepHealthReply, healthReply, readyReply } from '../../answers/health.ts';
import { adminTenant } from '../../domain/tenant.ts';
import { ApiError } from '../api-error.ts';
import { nameCursor } from '../cursor.ts';
import type { Desk } from '../desk.ts';
import { checksPage, processHealth } from '../health-checks.ts';
import { Readiness } from '../readiness.ts';
import type { HandlersOf } from '../router.ts';

/** The owner of what belongs to no tenant: it has no services. */
const noService = 'none';

export function healthRoutes({ books, ledger, writeProbe, view }: Desk) {
  const readiness = new Readiness(
    () => books.ping(),
    () => performance.now(),
  );
  return {
    readHealthBare: async () => healthReply(),

    readHealth: async () => healthReply(),

    readReady: async () => {
      if (!ledger.isOpen)
        throw new ApiError('shutting_down', 'this instance is stopping', { members: { ready: false } });
      const { fault } = writeProbe;
      if (fault !== undefined) {
        const message = 'the last write failed, and no probe has succeeded since';
        throw new ApiError('storage_unavailable', message, { members: { ready: false } }, fault);
      }
      await readiness.check();
      return readyReply();
    },

    readDeepHealth: async (call) => {
      const { limit = 10 } = call.query;
      // First: a request that is refused must not commit the probe.
      const afterName = nameCursor(call.query.cursor);
      const startedMs = performance.now();
      await books.ping();
      const readMs = performance.now() - startedMs;
      // A command that is always refused: it goes through the queue to the writer and into a transaction, and changes
      // nothing.
      const command = { kind: 'set_disabled', serviceId: noService, disabled: true } as const;
      const outcome = await ledger.submit({ tenant: adminTenant, command, key: undefined });
      if (outcome.kind === 'fault')
        throw new ApiError(outcome.code, 'the writer gave an unexpected answer', {}, outcome.facts);
      // Only a commit shows that the disk accepts writes.
      const durability = await writeProbe.runOnce().catch((error: unknown) => {
        throw new ApiError('storage_unavailable', 'a probe could not be written', {}, error);
      });
      const writeMs = performance.now() - startedMs - readMs;
      const { isPaused } = await books.pause();
      const { queuedItems, inFlightItems } = await view.queue();
      const measured = { readMs, writeMs, queuedItems, inFlightItems };
      const { engine, settings, openings } = durability;
      return deepHealthReply({
        status: isPaused ? 'paused' : 'ok',
        ...processHealth(),
        ...checksPage(measured, afterName, limit),
        ...measured,
        durability: { engine, settings, openings },
      });
    },
  } satisfies HandlersOf<'health'>;
}
