import { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';
import cors from '@fastify/cors';
import rateLimit from '@fastify/rate-limit';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { StorageFault } from '../ledger/storage-port.ts';
import { ApiError } from './api-error.ts';
import { answerBrokenRequest } from './broken-request.ts';
import { type Caller, CallerIdentifier } from './caller.ts';
import { addressOf } from './client-address.ts';
import { Connections } from './connections.ts';
import type { Desk } from './desk.ts';
import { observeRequests } from './observe-requests.ts';
import './fastify-types.ts';
import { refuseMalformed } from './http-rules.ts';
import { parseJsonBody } from './json-body.ts';
import { guardDevelopment } from './origin-guard.ts';
import { type ErrorAnswer, renderError } from './problem.ts';
import { refuseUnknown } from './refuse-unknown.ts';
import { requestIdOf } from './request-id.ts';
import { type Identify, isWriting, registerOperations } from './router.ts';
import { adminRoutes } from './routes/admin.ts';
import { agentRoutes } from './routes/agents.ts';
import { apiKeyRoutes } from './routes/api-keys.ts';
import { billingRoutes } from './routes/billing.ts';
import { configRoutes } from './routes/config.ts';
import { creditRoutes } from './routes/credits.ts';
import { docsRoutes } from './routes/docs.ts';
import { entryRoutes } from './routes/entries.ts';
import { eventRoutes } from './routes/events.ts';
import { exportRoutes } from './routes/exports.ts';
import { operationRoutes } from './routes/operation.ts';
import { reconcileRoutes } from './routes/reconcile.ts';
import { serviceRoutes } from './routes/services.ts';
import { settlementRoutes } from './routes/settlements.ts';
import { usageRoutes } from './routes/usage.ts';
import { webhookRoutes } from './routes/webhooks.ts';
import { RuntimeSettings } from './runtime-settings.ts';
import { securityHeaders } from './security-headers.ts';

const keepAliveTimeoutMs = 72_000;
const headerBytesMax = 16_384;
const pathParameterLengthMax = 1_024;
/** Callers whose requests are counted; beyond them those that were away the longest begin anew. */
const rateLimitedCallersMax = 50_000;

const securityFields = Object.entries(securityHeaders);

/** Builds the HTTP server: who calls, what they ask, and how they are answered. */
export async function httpServer(desk: Desk, log: FastifyBaseLogger): Promise<FastifyInstance> {
  const { requestTimeoutMs, trustedHops } = desk.config;
  const headersTimeoutMs = Math.ceil(requestTimeoutMs / 3);
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
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error, request, reply) => {
      const { status, headers, body } = errorAnswer(error, request, log, trustedHops);
      // Refused before any hook ran.
      reply.hijack();
      const own = { 'x-request-id': request.id, 'content-length': Buffer.byteLength(body) };
      reply.raw.writeHead(status, { ...headers, ...securityHeaders, ...own }).end(body);
    },
  });
  app.server.maxConnections = desk.config.connectionsMax;
  app.server.on('connection', rememberAddress);
  // An expectation that nobody knows may be ignored (RFC 9110, section 10.1.1): Node would answer it without our error.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
  const connections = new Connections(app.server);
  app.addHook('preClose', (done) => {
    connections.close();
    done();
  });
  app.decorateRequest('caller', undefined);
  app.decorateRequest('jsonBody', undefined);
  registerParser(app);
  observeRequests(app, desk);
  registerHooks(app, desk);
  app.setErrorHandler((error: FastifyError | ApiError, request, reply) => {
    const { status, headers, body } = errorAnswer(error, request, log, trustedHops);
    return reply.code(status).headers(headers).send(body);
  });
  app.setNotFoundHandler(async () => {
    throw new ApiError('not_found', 'there is no such path');
  });
  if (desk.config.corsAllowedOrigins.length > 0) await registerCors(app, desk.config.corsAllowedOrigins);
  const settings = new RuntimeSettings(desk.books, desk.config, desk.nowMs);
  await settings.load();
  const refuseTooMany = await registerRateLimit(app, settings, trustedHops);
  registerOperations(
    app,
    {
      ...usageRoutes(desk),
      ...entryRoutes(desk),
      ...reconcileRoutes(desk),
      ...exportRoutes(desk),
      ...billingRoutes(desk),
      ...creditRoutes(desk),
      ...settlementRoutes(desk),
      ...serviceRoutes(desk),
      ...agentRoutes(desk),
      ...webhookRoutes(desk),
      ...eventRoutes(desk),
      ...adminRoutes(desk),
      ...configRoutes(desk),
      ...apiKeyRoutes(desk),
      ...operationRoutes(desk),
      ...docsRoutes(),
    },
    { identify: limitRefused(callerOf(desk), refuseTooMany), admit: refuseUnknown(desk) },
  );
  return app;
}

/**
 * Asks for the peer's address while there is a peer; Node then remembers it. A client that resets the connection
 * right after its request would otherwise have none, and its retry would come from another scope.
 */
function rememberAddress(socket: Socket): void {
  if (socket.remoteAddress === undefined) socket.destroy();
}

function callerOf({ books, config, nowMs }: Desk): Identify {
  const identifier = new CallerIdentifier(books, { ...config, nowMs });
  return async ({ raw, headers }: FastifyRequest): Promise<Caller> => {
    const address = addressOf({ raw }, config.trustedHops);
    // Reset before it was accepted: no one is there to be answered, and no one can say whose request it was.
    if (address === undefined) throw new ApiError('invalid_request', 'the connection is gone');
    return await identifier.identify({
      address,
      apiKey: single(headers['x-api-key']),
      authorization: headers.authorization,
      tenant: single(headers['x-tenant']),
    });
  };
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(',') : header;
}

/** JSON is the only media type, without content coding; what it says is judged by the schemas later. */
function registerParser(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body);
    try {
      if (bytes.length > 0) request.jsonBody = parseJsonBody(bytes);
      done(null, undefined);
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  });
}

function registerHooks(app: FastifyInstance, { config }: Desk): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    for (const [name, value] of securityFields) reply.header(name, value);
    const { host, origin } = request.headers;
    refuseMalformed(request.raw);
    if (config.adminApiKey === undefined) {
      const fetchSite = single(request.headers['sec-fetch-site']);
      guardDevelopment({ host, origin, fetchSite }, isWriting(request), config.corsAllowedOrigins);
    }
    const coding = request.headers['content-encoding'];
    if (coding !== undefined && coding !== 'identity') {
      throw new ApiError('unsupported_media_type', 'a body with a content coding is not taken');
    }
    done();
  });
}

async function registerCors(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  await app.register(cors, {
    origin: [...origins],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: [
      'Authorization',
      'Content-Type',
      'Idempotency-Key',
      'If-Match',
      'If-None-Match',
      'Traceparent',
      'X-API-Key',
      'X-Request-Id',
      'X-Tenant',
    ],
    exposedHeaders: [
      'ETag',
      'Effective-Within-Ms',
      'Idempotency-Replayed',
      'Ignored-Parameters',
      'Link',
      'Location',
      'RateLimit-Limit',
      'RateLimit-Remaining',
      'RateLimit-Reset',
      'Retry-After',
      'Server-Timing',
      'X-Request-Id',
    ],
    maxAge: 600,
  });
}

/** Counts the requests whose key is missing or unknown, so that an address cannot go through keys without a limit. */
function limitRefused(
  identify: Identify,
  refuseTooMany: (request: FastifyRequest) => Promise<void>,
): Identify {
  return async (request) => {
    try {
      return await identify(request);
    } catch (error) {
      if (error instanceof ApiError && error.code === 'unauthorized') await refuseTooMany(request);
      throw error;
    }
  };
}

/** Limits the requests of each tenant; returns what limits those of an address that have no recognized key. */
async function registerRateLimit(
  app: FastifyInstance,
  settings: RuntimeSettings,
  trustedHops: number,
): Promise<(request: FastifyRequest) => Promise<void>> {
  // The settings may be read again after the allow list was asked: no limit is then not a limit of 0.
  const max = () => settings.requestsPerMinuteMax || Number.MAX_SAFE_INTEGER;
  await app.register(rateLimit, {
    max,
    cache: rateLimitedCallersMax,
    timeWindow: 60_000,
    // Behind the identification of the caller, so that it is the tenant's limit.
    hook: 'preParsing',
    enableDraftSpec: true,
    allowList: (request) => request.caller === undefined || settings.requestsPerMinuteMax === 0,
    keyGenerator: ({ caller }) =>
      caller?.tenant === undefined ? 'admin' : `${caller.tenant} ${caller.scope}`,
    errorResponseBuilder: () => new ApiError('rate_limited', 'the rate limit of this tenant is used up'),
  });
  const countRefused = app.createRateLimit({
    max,
    timeWindow: 60_000,
    allowList: () => settings.requestsPerMinuteMax === 0,
    keyGenerator: (request) => addressOf(request, trustedHops) ?? 'gone',
  });
  return async (request) => {
    const counted = await countRefused(request);
    if (counted.isAllowed || !counted.isExceeded) return;
    const headers = { 'retry-after': String(counted.ttlInSeconds) };
    throw new ApiError('rate_limited', 'too many requests without a recognized API key from this address', {
      headers,
    });
  };
}

function errorAnswer(
  error: FastifyError | ApiError,
  request: FastifyRequest,
  log: FastifyBaseLogger,
  trustedHops: number,
): ErrorAnswer {
  const apiError = error instanceof ApiError ? error : frameworkError(error);
  const answer = renderError(apiError, request.id, request.headers.accept);
  if (answer.status >= 500) {
    const route = request.routeOptions.url;
    const client = addressOf(request, trustedHops);
    const { id: requestId } = request;
    log.error({ requestId, client, route, code: apiError.code, err: apiError.cause ?? error }, 'failed');
  }
  return answer;
}

/** Translates what the framework says of a request; everything else is a fault of ours, and not shown. */
function frameworkError(error: FastifyError): ApiError {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new ApiError('payload_too_large', 'the body is too large');
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_EMPTY_TYPE':
      return new ApiError('unsupported_media_type', 'the body must be application/json');
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new ApiError('invalid_request', 'a segment of the path is too long');
    case 'FST_ERR_BAD_URL':
      return new ApiError('invalid_request', 'the path is not valid percent-encoding');
    default:
      break;
  }
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500)
    return new ApiError('invalid_request', 'the request is not valid HTTP', {}, error);
  if ('errcode' in error || (error instanceof StorageFault && error.kind !== 'rejected'))
    return new ApiError('storage_unavailable', 'the database cannot be read', {}, error);
  return new ApiError('internal_error', 'a fault of this server; nothing was applied', {}, error);
}
