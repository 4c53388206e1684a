import { errorCodes, openApiDocument } from '@billonce/contract';
import { keyDigest } from '@billonce/idempotency/core';
import { adminTenant } from '../../domain/tenant.ts';
import { timestampOfMs } from '../../domain/timestamps.ts';
import { outstandingBy } from '../../reads/audit-books.ts';
import { ApiError } from '../api-error.ts';
import { changelog } from '../changelog.ts';
import { nameCursor } from '../cursor.ts';
import { type Desk, tenantOf } from '../desk.ts';
import { exactInteger } from '../exact-integer.ts';
import { checksPage, processHealth } from '../health-checks.ts';
import { Readiness } from '../readiness.ts';
import type { Handlers, Reply } from '../router.ts';
import { StaticAnswer } from '../static-answer.ts';
import { readKey } from '../write.ts';

/** The owner of what belongs to no tenant has no service at all. */
const noService = 'none';

const jsonType = 'application/json; charset=utf-8';
const healthy = async (): Promise<Reply> => ({ status: 200, body: { status: 'ok', service: 'billonce' } });

const openApiAnswers = new Map<string, StaticAnswer>();

/** The document is large, so the servers of a process share it. */
function openApiAnswer(version: string): StaticAnswer {
  const known =
    openApiAnswers.get(version) ?? new StaticAnswer(JSON.stringify(openApiDocument(version)), jsonType);
  openApiAnswers.set(version, known);
  return known;
}

export function operationRoutes({ books, reads, ledger, writeProbe, metrics, config, version, nowMs }: Desk) {
  const openApi = openApiAnswer(version);
  const readiness = new Readiness(
    () => books.ping(),
    () => performance.now(),
  );
  let changes: Promise<StaticAnswer> | undefined;
  return {
    readHealthBare: healthy,
    readHealth: healthy,

    readReady: async () => {
      if (!ledger.isOpen)
        throw new ApiError('shutting_down', 'this instance is stopping', { members: { ready: false } });
      const { fault } = writeProbe;
      if (fault !== undefined) {
        const message = 'the last write failed, and no probe has succeeded since';
        throw new ApiError('storage_unavailable', message, { members: { ready: false } }, fault);
      }
      await readiness.check();
      return { status: 200, body: { ready: true } };
    },

    readDeepHealth: async (call) => {
      const { limit = 10 } = call.query;
      // First: a request that is refused must not commit the probe.
      const afterName = nameCursor(call.query.cursor);
      const startedMs = performance.now();
      await books.ping();
      const readMs = performance.now() - startedMs;
      // A command that is always refused: it goes through the queue to the writer and into a transaction, and leaves nothing.
      const command = { kind: 'set_disabled', serviceId: noService, disabled: true } as const;
      const outcome = await ledger.submit({ tenant: adminTenant, command, key: undefined });
      if (outcome.kind === 'fault')
        throw new ApiError(outcome.code, 'the writer gave an unexpected answer', {}, outcome.facts);
      // Only a commit shows that the disk takes what the writer decides.
      const durability = await writeProbe.runOnce().catch((error: unknown) => {
        throw new ApiError('storage_unavailable', 'a probe could not be written', {}, error);
      });
      const writeMs = performance.now() - startedMs - readMs;
      const { isPaused } = await books.pause();
      const measured = { readMs, writeMs, ...ledger.state };
      return {
        status: 200,
        body: {
          status: isPaused ? 'paused' : 'ok',
          ...processHealth(),
          ...checksPage(measured, afterName, limit),
          ...measured,
          durability,
        },
      };
    },

    readMetrics: async () => {
      const { mediaType, body } = await metrics.text();
      return { status: 200, headers: [['content-type', mediaType]], body };
    },

    readStats: async (call) => {
      const stats = await reads.walk(call, 'statsOf', tenantOf(call));
      const { isPaused } = await books.pause();
      return {
        status: 200,
        body: {
          totalApiKeys: await reads.page(call, 'countApiKeys', tenantOf(call)),
          totalServices: stats.services,
          uniqueAgents: stats.agents,
          accounts: stats.accounts,
          recordedRequests: exactInteger(stats.recordedRequests),
          reversedRequests: exactInteger(stats.reversedRequests),
          settledRequests: exactInteger(stats.settledRequests),
          totalRequests: exactInteger(stats.outstandingRequests),
          outstandingStroops: String(stats.outstandingStroops),
          settledStroops: String(stats.settledStroops),
          totalWebhooks: (await books.webhooks(tenantOf(call))).length,
          usageKeys: stats.accounts,
          lifetimeRequests: exactInteger(stats.recordedRequests),
          settledStroopsTotal: String(stats.settledStroops),
          settlementsTotal: stats.settlements,
          paused: isPaused,
        },
      };
    },

    readChangelog: async (call) => {
      changes ??= changelog().then((entries) => new StaticAnswer(JSON.stringify({ entries }), jsonType));
      return (await changes).answer(call.request);
    },

    readOpenApi: async (call) => openApi.answer(call.request),

    readErrorCode: async (call) => {
      const entry = Object.entries(errorCodes).find(([code]) => code === call.params.code);
      if (entry === undefined) throw new ApiError('not_found', 'no such error code');
      return { status: 200, body: { code: entry[0], ...entry[1] } };
    },

    readAudit: async (call) => {
      const found = await reads.walk(call, 'auditBooks', tenantOf(call));
      const outstanding = outstandingBy(found);
      const both = (requests: bigint, stroops: bigint) => ({
        requests: exactInteger(requests),
        stroops: String(stroops),
      });
      return {
        status: 200,
        body: {
          ok: found.differences.length === 0 && found.acts.differences.length === 0,
          accounts: found.accounts,
          entries: found.entries,
          settlements: found.settlements,
          recorded: both(found.recordedRequests, found.recordedStroops),
          settled: both(found.settledRequests, found.settledStroops),
          outstanding: both(outstanding.requests, outstanding.stroops),
          reversed: both(found.reversedRequests, found.reversedStroops),
          writtenOff: { stroops: String(found.writtenOffStroops) },
          differences: found.differences,
          acts: found.acts,
        },
      };
    },

    readKeyState: async (call) => {
      const key = readKey(call.request);
      if (key === undefined) throw new ApiError('idempotency_key_required', 'send the key to look for');
      const facts = await books.keyFacts({
        tenant: tenantOf(call),
        scope: call.caller.scope,
        digest: keyDigest(key),
      });
      if (facts === undefined) {
        throw new ApiError(
          'not_seen',
          'no completed request has this key; one may still be running: resend it with the same key to be sure',
        );
      }
      const { answerExpiresAtMs, firstSeenAtMs, method, path, status, location } = facts;
      const isKept = answerExpiresAtMs !== undefined && nowMs() < answerExpiresAtMs;
      return {
        status: 200,
        body: {
          state: isKept ? 'remembered' : 'tombstone',
          firstSeenAt: timestampOfMs(firstSeenAtMs),
          method,
          path,
          status,
          ...(location === undefined ? {} : { location }),
          expiresAt: timestampOfMs(isKept ? answerExpiresAtMs : firstSeenAtMs + config.retentionMs),
        },
      };
    },
  } satisfies Partial<Handlers>;
}
