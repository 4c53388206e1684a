import type { IncomingMessage } from 'node:http';
import addressLimit from '@fastify/rate-limit';
import type { FastifyBaseLogger, FastifyError, FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import type { ApiKey } from '../domain/api-key.ts';
import { addressGroup } from './address-places.ts';
import { ApiError } from './api-error.ts';
import { BodyRoom } from './body/body-room.ts';
import { registerBodies } from './body/register-bodies.ts';
import { type Caller, type CallerHeaders, CallerIdentifier } from './caller.ts';
import { addressOf } from './client-address.ts';
import { compressAnswers } from './compression.ts';
import { allowOrigins } from './cors.ts';
import { registerDashboard } from './dashboard.ts';
import type { Desk } from './desk.ts';
import { registerDocsSite } from './docs-site.ts';
import { errorAnswer, type FailedRequest } from './error-answer.ts';
import { FrontUsage } from './front-usage.ts';
import { observeRequests, onAnswered } from './observe-requests.ts';
import './fastify-types.ts';
import { refuseMalformed } from './http-rules.ts';
import { listener } from './listener.ts';
import { sayIfNotApplied } from './not-applied.ts';
import { guardDevelopment, refuseProxied } from './origin-guard.ts';
import { Overloads } from './overloads.ts';
import { RateLimit } from './rate-limit.ts';
import { refuseUnknown } from './refuse-unknown.ts';
import { refuseUnknownTenant } from './refuse-unknown-tenant.ts';
import { type Admit, type Identify, isWriting, registerOperations } from './router.ts';
import { allRoutes } from './routes.ts';
import { RuntimeSettings } from './runtime-settings.ts';
import { securityHeaders } from './security-headers.ts';
import { TenantConnections } from './tenant-connections.ts';
import { UncheckedKeys } from './unchecked-keys.ts';
import { UsageBodies } from './usage-bodies.ts';

/** The number of callers whose requests are counted; with more, those that were away the longest start again. */
const rateLimitedCallersMax = 50_000;

const securityFields = Object.entries(securityHeaders);

/** Builds the HTTP server: it identifies callers, reads their requests, and answers them. */
export async function httpServer(desk: Desk, log: FastifyBaseLogger): Promise<FastifyInstance> {
  const { trustedHops } = desk.config;
  let front: FrontUsage | undefined;
  const app = listener(desk, log, () => front);
  const overloads = new Overloads(() => desk.metrics.overloaded(), log, desk.nowMs);
  app.decorateRequest('caller', undefined);
  app.decorateRequest('jsonBody', undefined);
  const room = new BodyRoom(desk.config.bodyBytesInFlightMax / desk.config.httpThreads);
  registerBodies(app, desk, room);
  const answered = onAnswered(desk, log);
  observeRequests(app, desk, answered);
  registerHooks(app, desk);
  const renderFailure = (error: FastifyError | ApiError, request: FailedRequest) =>
    errorAnswer(error, request, log, trustedHops, {
      overloaded: () => overloads.refused(),
      readFailed: (fault) => desk.metrics.readFailed(fault),
    });
  app.setErrorHandler((error: FastifyError | ApiError, request, reply) => {
    const { status, headers, body } = renderFailure(error, request);
    return reply.code(status).headers(headers).send(body);
  });
  app.setNotFoundHandler(async (request, reply) => {
    // No route accepts OPTIONS. Without an allowed origin, the answer to a preflight has no header that allows
    // anything.
    if (request.method === 'OPTIONS') return reply.code(204).send();
    throw new ApiError('not_found', 'no such path: paths of the API begin with /api/v1');
  });
  const { compressedBytesMin } = desk.config;
  if (compressedBytesMin !== undefined) await compressAnswers(app, compressedBytesMin);
  if (desk.config.corsAllowedOrigins.length > 0) await allowOrigins(app, desk.config.corsAllowedOrigins);
  const settings = new RuntimeSettings(desk.books, desk.config, desk.nowMs);
  await settings.load();
  const refuseTooMany = await refusedLimit(app, settings, desk.config);
  const rateLimit = new RateLimit(desk.rateBudgets, settings, () => desk.metrics.rateLimited());
  rateLimit.register(app);
  const uncheckedKeys = new UncheckedKeys(desk.apiKeyBooks, desk.apiKeys.changes);
  const identify = callerOf(desk, uncheckedKeys);
  registerOperations(app, allRoutes(desk, uncheckedKeys), {
    identify: limitRefused(sentIn(identify, trustedHops), refuseTooMany),
    refuseFull: ({ tenant }) => {
      if (tenant === undefined || desk.ledger.hasRoom(tenant)) return;
      throw new ApiError(
        'overloaded',
        'too many writes of this tenant are waiting already; nothing was applied',
      );
    },
    admit: inTurn(refuseUnknown(desk), refuseUnknownTenant(desk), rateLimit.charge()),
  });
  registerDashboard(app);
  registerDocsSite(app);
  const bodies = new UsageBodies();
  front = FrontUsage.of({
    desk,
    log,
    room,
    bodies,
    rateLimit,
    identify,
    onAnswered: answered,
    renderFailure,
  });
  return app;
}

function inTurn(...all: readonly Admit[]): Admit {
  return (call) => {
    let before: Promise<void> | undefined;
    for (const admit of all) before = before === undefined ? admit(call) : before.then(() => admit(call));
    return before;
  };
}

/** Identifies the caller of a request by what it has sent. */
type IdentifySent = (headers: CallerHeaders, raw: IncomingMessage) => Caller | Promise<Caller>;

function callerOf(
  { apiKeys, config, nowMs, keyUses, metrics, tally }: Desk,
  uncheckedKeys: UncheckedKeys,
): IdentifySent {
  const connections = new TenantConnections(config.connectionsPerTenantMax, tally);
  metrics.watchTenants('connections', () => connections.open);
  const onKeyUsed = (key: ApiKey) => keyUses.note(key);
  const identifier = new CallerIdentifier(apiKeys, { ...config, nowMs, uncheckedKeys, onKeyUsed });
  const withConnection = (caller: Caller, raw: FastifyRequest['raw']): Caller => {
    // A proxy sends the requests of all tenants over the same connections.
    if (
      caller.kind !== 'tenant' ||
      config.trustedHops > 0 ||
      connections.take(caller.tenant ?? '', raw.socket)
    )
      return caller;
    const message = sayIfNotApplied(raw, 'too many connections of this tenant are open');
    throw new ApiError('overloaded', message, { headers: { connection: 'close' } });
  };
  return (headers, raw) => {
    const identified = identifier.identify(headers);
    if (!(identified instanceof Promise)) return withConnection(identified, raw);
    return identified.then((caller) => withConnection(caller, raw));
  };
}

/** The same for a request of the framework. */
function sentIn(identify: IdentifySent, trustedHops: number): Identify {
  return ({ raw, headers }) => {
    const address = addressOf({ raw }, trustedHops);
    // Reset before it was accepted: there is no client to answer, and the sender is unknown.
    if (address === undefined) throw new ApiError('invalid_request', 'the connection is gone');
    const { authorization } = headers;
    const sent = { address, authorization, apiKey: single(headers['x-api-key']) };
    return identify({ ...sent, tenant: single(headers['x-tenant']) }, raw);
  };
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(',') : header;
}

function registerHooks(app: FastifyInstance, { config }: Desk): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    for (const [name, value] of securityFields) reply.header(name, value);
    const { host, origin } = request.headers;
    refuseMalformed(request.raw);
    if (config.adminApiKey === undefined) {
      refuseProxied(request.raw);
      const fetchSite = single(request.headers['sec-fetch-site']);
      const scheme = config.tls === undefined ? 'http' : 'https';
      const from = { host, origin, fetchSite, scheme } as const;
      guardDevelopment(from, isWriting(request), config.corsAllowedOrigins);
    }
    const coding = request.headers['content-encoding'];
    if (coding !== undefined && coding !== 'identity') {
      throw new ApiError('unsupported_media_type', 'a body must not have a Content-Encoding');
    }
    done();
  });
}

/** Counts the requests whose key is missing or unknown, so that an address cannot try keys without a limit. */
function limitRefused(
  identify: Identify,
  refuseTooMany: (request: FastifyRequest) => Promise<void>,
): Identify {
  const refused = async (request: FastifyRequest, error: unknown): Promise<never> => {
    if (error instanceof ApiError && error.code === 'unauthorized') await refuseTooMany(request);
    throw error;
  };
  return (request) => {
    try {
      const identified = identify(request);
      if (!(identified instanceof Promise)) return identified;
      return identified.catch((error: unknown) => refused(request, error));
    } catch (error) {
      return refused(request, error);
    }
  };
}

/** The limit for requests of an address that have no recognized key. Each HTTP thread counts for itself, and has its part of it. */
async function refusedLimit(
  app: FastifyInstance,
  settings: RuntimeSettings,
  { trustedHops, httpThreads }: Config,
): Promise<(request: FastifyRequest) => Promise<void>> {
  // The settings may be read again after the allow list was checked: no limit is then not a limit of 0.
  const max = () => Math.ceil(settings.rateLimit.limit / httpThreads) || Number.MAX_SAFE_INTEGER;
  await app.register(addressLimit, { global: false, cache: rateLimitedCallersMax });
  const countRefused = app.createRateLimit({
    max,
    timeWindow: () => settings.rateLimit.windowMs,
    allowList: () => settings.rateLimit.limit === 0,
    keyGenerator: (request) => addressGroup(addressOf(request, trustedHops) ?? 'gone'),
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
