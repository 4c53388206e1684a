import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { addressOf } from './client-address.ts';
import type { Desk } from './desk.ts';
import { SeldomLog } from './seldom-log.ts';

const refusalLinesPerMinuteMax = 20;

/**
 * Counts, traces, times and logs every request. Refused callers are also logged as warnings, at most 20 a minute. A log
 * line has the request's id, client address, method, route pattern, tenant, status and time: never a URL, a key or a
 * body.
 */
export function observeRequests(app: FastifyInstance, { metrics, traces, config, nowMs }: Desk): void {
  const refusals = new SeldomLog(refusalLinesPerMinuteMax, nowMs);
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
    reply.header('server-timing', serverTiming(request, reply));
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const { url } = request.routeOptions;
    const { statusCode: status } = reply;
    metrics.answered(request.method, url ?? 'none', status, reply.elapsedTime / 1_000);
    // At debug, not at info: a line for each request costs more time than all other observation.
    request.log.debug(
      {
        client: addressOf(request, config.trustedHops),
        method: request.method,
        route: url,
        tenant: request.caller?.tenant,
        status,
        idempotency: request.keyedOutcome,
        ms: reply.elapsedTime,
      },
      'answered',
    );
    if (status === 401 || status === 403) {
      const client = addressOf(request, config.trustedHops);
      refusals.line((leftOut) =>
        request.log.warn({ client, route: url, status, leftOut }, 'a caller was refused'),
      );
    }
    done();
  });
}

/** Where the time was spent, in milliseconds. */
function serverTiming({ writeTimes }: FastifyRequest, reply: FastifyReply): string {
  const total = `total;dur=${reply.elapsedTime.toFixed(2)}`;
  if (writeTimes === undefined) return total;
  const { submittedAtMs, takenAtMs, answeredAtMs } = writeTimes;
  const queue = (takenAtMs - submittedAtMs).toFixed(2);
  return `queue;dur=${queue}, commit;dur=${(answeredAtMs - takenAtMs).toFixed(2)}, ${total}`;
}
