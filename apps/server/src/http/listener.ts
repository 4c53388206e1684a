import { Buffer } from 'node:buffer';
import type { IncomingMessage, RequestListener, Server, ServerOptions } from 'node:http';
import { createServer as createTlsServer, Server as TlsServer } from 'node:https';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { createServer } from '../node-http.ts';
import { ApiError } from './api-error.ts';
import { takePartsEarly } from './body/early-parts.ts';
import { answerBrokenRequest, answerText } from './broken-request.ts';
import { Connections, type CutReason } from './connections.ts';
import type { Desk } from './desk.ts';
import { endAfterEarlyAnswers, isAwaited } from './early-answers.ts';
import { errorAnswer } from './error-answer.ts';
import { Pipelines } from './pipelines.ts';
import { requestIdOf } from './request-id.ts';
import { securityHeaders } from './security-headers.ts';
import { SeldomLog } from './seldom-log.ts';

const keepAliveTimeoutMs = 72_000;
export const headerBytesMax = 16_384;
const pathParameterLengthMax = 1_024;
const cutLinesPerMinuteMax = 5;

const cutMessages: Readonly<Record<CutReason, string>> = {
  address_full: 'a connection was refused: its address has reached MAX_CONNECTIONS_PER_ADDRESS',
  server_full: 'a connection was refused: the server has reached MAX_CONNECTIONS',
  pipelined: 'a connection was closed: its client sent too many requests without waiting for their answers',
  not_read: 'a connection was closed: its client did not read the answer in time',
};

export type Answer = Parameters<RequestListener>[1];

/** A route in front of the framework, which takes some of the requests. */
export interface FrontRoute {
  /** Takes a request, or returns `false`; `onward` leads to the framework, for a request that it took and does not answer. */
  take(request: IncomingMessage, answer: Answer, onward: RequestListener): boolean;
}

/**
 * The framework with its sockets: what a connection may do, and for how long. It has no routes yet.
 *
 * @param front the route in front of it, once there is one
 */
export function listener(
  desk: Desk,
  log: FastifyBaseLogger,
  front: () => FrontRoute | undefined,
): FastifyInstance {
  const { trustedHops } = desk.config;
  const connections = connectionsOf(desk, log);
  /** requests that the front route had taken before it left them to the framework */
  const takenBefore = new WeakSet<IncomingMessage>();
  const app = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: (request) => requestIdOf(request.headers['x-request-id']),
    requestIdHeader: false,
    // Otherwise the framework would listen on a second address of a name, with a server without these limits.
    serverFactory: (handler) => {
      const onward: RequestListener = (request, answer) => {
        takenBefore.add(request);
        handler(request, answer);
      };
      return boundedServer(desk, connections, (request, answer) => {
        const isTaken = !connections.isEnding(request.socket) && front()?.take(request, answer, onward);
        if (isTaken !== true) handler(request, answer);
      });
    },
    routerOptions: { maxParamLength: pathParameterLengthMax },
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    clientErrorHandler: (error, socket) =>
      answerBrokenRequest(error, socket, connections, (status) => desk.metrics.refusedBroken(status)),
    frameworkErrors: (error, request, reply) => {
      const { status, headers, body } = errorAnswer(error, request, log, trustedHops);
      // It was refused before any hook ran.
      reply.hijack();
      if (connections.isEnding(request.raw.socket)) return;
      const fields = { 'x-request-id': request.id, 'content-length': Buffer.byteLength(body) };
      const end = isAwaited(request.raw) ? { connection: 'close' } : {};
      if (isAwaited(request.raw)) connections.takeNoMore(request.raw.socket);
      reply.raw.writeHead(status, { ...headers, ...securityHeaders, ...fields, ...end }).end(body);
    },
  });
  endAfterEarlyAnswers(app, connections, (request) => takenBefore.has(request));
  app.addHook('preClose', (done) => {
    connections.close(() => answerText(new ApiError('shutting_down', 'this instance is stopping')));
    done();
  });
  return app;
}

/** An HTTP server with limits on its connections, over TLS if there is a certificate. */
function boundedServer(
  { config, certificate }: Desk,
  connections: Connections,
  handler: RequestListener,
): Server {
  const headersTimeout = Math.ceil(config.requestTimeoutMs / 3);
  const options: ServerOptions = {
    requestTimeout: config.requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    maxHeaderSize: headerBytesMax,
    headersTimeout,
    connectionsCheckingInterval: Math.ceil(headersTimeout / 2),
    // A hook refuses a request without Host: Node would do it with another error.
    requireHostHeader: false,
  };
  const pipelines = new Pipelines(handler, connections);
  const take: RequestListener = (request, answer) => {
    takePartsEarly(request, answer);
    pipelines.take(request, answer);
  };
  const server =
    certificate === undefined
      ? createServer(options, take)
      : createTlsServer({ ...options, ...certificate.pair, handshakeTimeout: headersTimeout }, take);
  if (server instanceof TlsServer) certificate?.serveOn(server);
  server.maxConnections = config.connectionsMax;
  // An unknown expectation may be ignored (RFC 9110, section 10.1.1): Node would refuse it with another error.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  connections.watch(server, certificate === undefined ? 'connection' : 'secureConnection');
  return server;
}

function connectionsOf({ config, metrics, nowMs, tally }: Desk, log: FastifyBaseLogger): Connections {
  const lines = new SeldomLog(cutLinesPerMinuteMax, nowMs);
  const connections = new Connections({
    perAddressMax: config.connectionsPerAddressMax,
    answerStallMs: config.answerStallMs,
    shared: tally && { tally, max: config.connectionsMax },
    onCut: (reason, client) => {
      metrics.connectionCut(reason);
      lines.line((leftOut) => log.warn({ reason, client, leftOut }, cutMessages[reason]));
    },
  });
  metrics.watchConnections(() => connections.size);
  return connections;
}
