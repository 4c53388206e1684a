import type { IncomingMessage } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { WriteTimes } from '../ledger/ledger-parts.ts';
import type { KeyedOutcome } from '../metrics/metrics.ts';
import { addressOf } from './client-address.ts';
import type { Desk } from './desk.ts';
import { SeldomLog } from './seldom-log.ts';

const refusalLinesPerMinuteMax = 20;

/**
 * Counts, traces, times and logs every request. Refused callers are also logged as warnings, at most 20 a minute. A log
 * line has the request's id, client address, method, route pattern, tenant, status and time: never a URL, a key or a
 * body.
 */
export function observeRequests(
  app: FastifyInstance,
  { traces }: Pick<Desk, 'traces'>,
  answered: OnAnswered,
): void {
  app.decorateRequest('writeTimes', undefined);
  app.decorateRequest('keyedOutcome', undefined);
  if (traces !== undefined) {
    app.addHook('onRequest', (request, reply, done) => {
      const { traceparent } = request.headers;
      const end = traces.begin({
        method: request.method,
        traceparent: typeof traceparent === 'string' ? traceparent : undefined,
      });
      // Not the hook for answers: a client that leaves gets none, and its span would never end.
      reply.raw.once('close', () => {
        end({
          route: request.routeOptions.url,
          status: reply.raw.writableFinished ? reply.statusCode : undefined,
          idempotency: request.keyedOutcome,
          writeTimes: request.writeTimes,
        });
      });
      done();
    });
  }
  app.addHook('onSend', (request, reply, _payload, done) => {
    reply.header('server-timing', serverTiming(request.writeTimes, reply.elapsedTime));
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    answered({
      raw: request.raw,
      method: request.method,
      route: request.routeOptions.url,
      status: reply.statusCode,
      ms: reply.elapsedTime,
      tenant: request.caller?.tenant,
      idempotency: request.keyedOutcome,
      log: () => request.log,
    });
    done();
  });
}

/** A request that was answered, as it is counted and logged. */
interface AnsweredRequest {
  readonly raw: IncomingMessage;
  readonly method: string;
  /** `undefined` if no route matched */
  readonly route: string | undefined;
  readonly status: number;
  readonly ms: number;
  readonly tenant: string | undefined;
  readonly idempotency: KeyedOutcome | undefined;
  /** the log with the id of the request */
  readonly log: () => FastifyBaseLogger;
}

/** Counts and logs the requests that were answered. */
export type OnAnswered = (request: AnsweredRequest) => void;

export function onAnswered(
  { metrics, config, nowMs }: Pick<Desk, 'metrics' | 'config' | 'nowMs'>,
  { level }: FastifyBaseLogger,
): OnAnswered {
  const refusals = new SeldomLog(refusalLinesPerMinuteMax, nowMs);
  const isEachLogged = level === 'debug' || level === 'trace';
  return ({ raw, method, route, status, ms, tenant, idempotency, log }) => {
    metrics.answered(method, route ?? 'none', status, ms / 1_000);
    // At debug, not at info: a line for each request costs more time than all other observation.
    if (isEachLogged) {
      const client = addressOf({ raw }, config.trustedHops);
      log().debug({ client, method, route, tenant, status, idempotency, ms }, 'answered');
    }
    if (status === 401 || status === 403) {
      const client = addressOf({ raw }, config.trustedHops);
      refusals.line((leftOut) => log().warn({ client, route, status, leftOut }, 'a caller was refused'));
    }
  };
}

/** Where the time was spent, in milliseconds. */
export function serverTiming(writeTimes: WriteTimes | undefined, ms: number): string {
  const total = `total;dur=${ms.toFixed(2)}`;
  if (writeTimes === undefined) return total;
  const { submittedAtMs, takenAtMs, answeredAtMs } = writeTimes;
  const queue = (takenAtMs - submittedAtMs).toFixed(2);
  return `queue;dur=${queue}, commit;dur=${(answeredAtMs - takenAtMs).toFixed(2)}, ${total}`;
}
