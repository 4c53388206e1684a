import { Buffer } from 'node:buffer';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { ApiError } from './api-error.ts';
import { answerBrokenRequest, answerText } from './broken-request.ts';
import { Connections, type CutReason } from './connections.ts';
import type { Desk } from './desk.ts';
import { endAfterEarlyAnswers, isAwaited } from './early-answers.ts';
import { errorAnswer } from './error-answer.ts';
import { requestIdOf } from './request-id.ts';
import { securityHeaders } from './security-headers.ts';
import { SeldomLog } from './seldom-log.ts';

const keepAliveTimeoutMs = 72_000;
const headerBytesMax = 16_384;
const pathParameterLengthMax = 1_024;
const cutLinesPerMinuteMax = 5;

const cutMessages: Readonly<Record<CutReason, string>> = {
  address_full: 'a connection was refused: its address has as many as MAX_CONNECTIONS_PER_ADDRESS allows',
  server_full: 'a connection was refused: there are as many as MAX_CONNECTIONS allows',
  not_read: 'a connection was closed: its client did not read the answer in time',
};

/** The framework on its sockets: what a connection may do, and for how long. It has no routes yet. */
export function listener(desk: Desk, log: FastifyBaseLogger): FastifyInstance {
  const { requestTimeoutMs, trustedHops } = desk.config;
  const headersTimeoutMs = Math.ceil(requestTimeoutMs / 3);
  const connections = connectionsOf(desk, log);
  const app = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: (request) => requestIdOf(request.headers['x-request-id']),
    requestIdHeader: false,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    // A request without Host is refused by a hook: Node would do it without our error.
    http: {
      maxHeaderSize: headerBytesMax,
      headersTimeout: headersTimeoutMs,
      connectionsCheckingInterval: Math.ceil(headersTimeoutMs / 2),
      requireHostHeader: false,
    },
    routerOptions: { maxParamLength: pathParameterLengthMax },
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    clientErrorHandler: (error, socket) => answerBrokenRequest(error, socket, connections),
    frameworkErrors: (error, request, reply) => {
      const { status, headers, body } = errorAnswer(error, request, log, trustedHops);
      // Refused before any hook ran.
      reply.hijack();
      if (connections.isEnding(request.raw.socket)) return;
      const fields = { 'x-request-id': request.id, 'content-length': Buffer.byteLength(body) };
      const end = isAwaited(request.raw) ? { connection: 'close' } : {};
      if (isAwaited(request.raw)) connections.takeNoMore(request.raw.socket);
      reply.raw.writeHead(status, { ...headers, ...securityHeaders, ...fields, ...end }).end(body);
    },
  });
  app.server.maxConnections = desk.config.connectionsMax;
  // An expectation that nobody knows may be ignored (RFC 9110, section 10.1.1): Node would answer it without our error.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
  connections.watch(app.server, 'connection');
  endAfterEarlyAnswers(app, connections);
  app.addHook('preClose', (done) => {
    connections.close(() => answerText(new ApiError('shutting_down', 'this instance is stopping')));
    done();
  });
  return app;
}

function connectionsOf({ config, metrics, nowMs }: Desk, log: FastifyBaseLogger): Connections {
  const lines = new SeldomLog(cutLinesPerMinuteMax, nowMs);
  const connections = new Connections({
    perAddressMax: config.connectionsPerAddressMax,
    answerStallMs: config.answerStallMs,
    onCut: (reason, client) => {
      metrics.connectionCut(reason);
      lines.line((leftOut) => log.warn({ reason, client, leftOut }, cutMessages[reason]));
    },
  });
  metrics.watchConnections(() => connections.size);
  return connections;
}
