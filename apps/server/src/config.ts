import { type Environment, Reader } from './environment.ts';
import { readHttpThreads } from './http-threads-config.ts';
import type { AtRestKey } from './ledger/encryption.ts';
import type { LogFormat } from './log.ts';
import { isLoopbackHost } from './loopback.ts';
import { readTraces, type TracesConfig } from './traces-config.ts';
import { isMeantAsAdminKey, type UnknownVariable, unknownVariables } from './unknown-variables.ts';
import { variableNames } from './variables/variables.ts';
import type { TargetRules } from './webhooks/target.ts';

/** The configuration of the server. Plain data, checked once at start. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly database: DatabaseConfig;
  /** `undefined`: development mode */
  readonly adminApiKey: string | undefined;
  /** the admin key that is being replaced: both are valid until it is removed */
  readonly adminApiKeyOld: string | undefined;
  /** how many proxies in front are trusted to append to `X-Forwarded-For` */
  readonly trustedHops: number;
  readonly answerTtlMs: number;
  readonly answersMax: number;
  readonly answerBytesMax: number;
  readonly retentionMs: number;
  readonly isKeyRequired: boolean;
  /** whether a request with unknown names is refused; otherwise they are ignored, and its answer lists them */
  readonly refusesUnknownNames: boolean;
  readonly bulkItemsMax: number;
  /** what each tenant may use in a minute; 0 is off */
  readonly requestsPerMinuteMax: number;
  /** how many unrecognized API keys an address may send in a minute */
  readonly unknownKeysPerMinuteMax: number;
  /** `undefined`: requests arrive unencrypted */
  readonly tls: TlsFiles | undefined;
  readonly connectionsMax: number;
  /** threads that answer HTTP requests; several only on SQLite, in front of its one writer */
  readonly httpThreads: number;
  /** threads for reads of many rows */
  readonly readThreads: number;
  /** of request bodies, for each tenant on each instance; 0 is off */
  readonly tenantBytesPerDay: number;
  /** the room for request bodies that are being received or processed, in bytes */
  readonly bodyBytesInFlightMax: number;
  /** the time within which a whole request must arrive; its head, within a third of it */
  readonly requestTimeoutMs: number;
  /**
   * connections that one tenant may have; not counted behind a proxy, which sends the requests of all tenants over the
   * same ones
   */
  readonly connectionsPerTenantMax: number;
  /** connections of one client address; all connections of a proxy have the same one */
  readonly connectionsPerAddressMax: number;
  /** the time within which a client must read a part of an answer; shorter than a stop waits for answers */
  readonly answerStallMs: number;
  readonly webhookTargets: TargetRules;
  /** how long the receiver of a webhook has to answer */
  readonly webhookTimeoutMs: number;
  /** whether the receiver of a new webhook must first echo a challenge */
  readonly isOwnershipProofRequired: boolean;
  /** how long after its last audit a tenant is due again */
  readonly auditEveryMs: number;
  readonly corsAllowedOrigins: readonly string[];
  /** the size from which on answers are compressed; `undefined`: none is */
  readonly compressedBytesMin: number | undefined;
  readonly atRestKeys: readonly AtRestKey[];
  readonly logLevel: string;
  /** `undefined`: text on a terminal, JSON elsewhere */
  readonly logFormat: LogFormat | undefined;
  /** `undefined`: tracing is off */
  readonly traces: TracesConfig | undefined;
}

/** The files of the server's certificate, with its chain, and of its key. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** Where the books are: in one file, or in PostgreSQL for any number of instances. */
export type DatabaseConfig =
  | { readonly kind: 'sqlite'; readonly file: string }
  | {
      readonly kind: 'postgres';
      readonly url: string;
      /** batches that are committed at the same time, each for different tenants */
      readonly lanes: number;
      readonly readConnections: number;
      /** whether statements are prepared by name */
      readonly isPrepared: boolean;
      /** whether each transaction and each statement is of one tenant */
      readonly isByTenant: boolean;
      /** what a statement of a write may take besides what its accounts need */
      readonly statementMs: number;
      readonly allowsUnsafe: boolean;
    };

/** The configuration and warnings about it, or every mistake in it. */
export type ParsedConfig =
  | { readonly kind: 'valid'; readonly config: Config; readonly warnings: readonly string[] }
  | { readonly kind: 'invalid'; readonly mistakes: readonly string[] };

const dayMs = 86_400_000;
const warningsMax = 20;

/** Reads the configuration from the environment. An empty variable counts as not set, except ADMIN_API_KEY. */
export function parseConfig(environment: Environment): ParsedConfig {
  const mistakes: string[] = [];
  const read = new Reader(environment, mistakes);
  const trustedHops = read.hops('TRUST_PROXY');
  const connectionsMax = read.integer('MAX_CONNECTIONS');
  const usedDatabase = database(read, mistakes);
  const config: Config = {
    host: read.text('HOST'),
    port: read.integer('PORT'),
    database: usedDatabase,
    adminApiKey: read.secret('ADMIN_API_KEY'),
    adminApiKeyOld: read.secret('ADMIN_API_KEY_OLD'),
    trustedHops,
    answerTtlMs: read.integer('IDEMPOTENCY_CACHE_TTL_MS'),
    answersMax: read.integer('IDEMPOTENCY_CACHE_MAX_ENTRIES'),
    answerBytesMax: read.integer('IDEMPOTENCY_CACHE_MAX_BYTES'),
    retentionMs: read.integer('IDEMPOTENCY_RETENTION_DAYS') * dayMs,
    isKeyRequired: read.flag('IDEMPOTENCY_REQUIRED'),
    refusesUnknownNames: read.flag('REFUSE_UNKNOWN_PARAMETERS'),
    bulkItemsMax: read.integer('BULK_MAX_ITEMS'),
    requestsPerMinuteMax: read.integer('RATE_LIMIT_PER_MINUTE'),
    unknownKeysPerMinuteMax: read.integer('UNKNOWN_KEYS_PER_MINUTE'),
    tls: tlsFiles(read, mistakes),
    connectionsMax,
    connectionsPerTenantMax: read.integer(
      'MAX_CONNECTIONS_PER_TENANT',
      Math.max(1, Math.floor(connectionsMax / 2)),
    ),
    ...readHttpThreads(read, usedDatabase.kind, mistakes),
    readThreads: read.integer('READ_THREADS'),
    tenantBytesPerDay: read.integer('TENANT_BYTES_PER_DAY'),
    requestTimeoutMs: read.integer('REQUEST_TIMEOUT_MS'),
    connectionsPerAddressMax: read.integer(
      'MAX_CONNECTIONS_PER_ADDRESS',
      // All connections through a proxy come from its address.
      trustedHops > 0 ? connectionsMax : undefined,
    ),
    answerStallMs: read.integer('ANSWER_STALL_MS'),
    webhookTargets: webhookTargets(read),
    webhookTimeoutMs: read.integer('WEBHOOK_TIMEOUT_MS'),
    isOwnershipProofRequired: read.flag('WEBHOOK_OWNERSHIP_PROOF'),
    auditEveryMs: read.integer('AUDIT_EVERY_MS'),
    compressedBytesMin: compressedBytesMin(read),
    corsAllowedOrigins: read.list('CORS_ALLOWED_ORIGINS').map((origin) => checkedOrigin(origin, mistakes)),
    atRestKeys: readAtRestKeys(read, mistakes),
    logLevel: read.word('LOG_LEVEL'),
    logFormat: logFormat(read),
    traces: readTraces(read, mistakes),
  };
  if (config.answerTtlMs > config.retentionMs) {
    mistakes.push(
      'IDEMPOTENCY_CACHE_TTL_MS is longer than IDEMPOTENCY_RETENTION_DAYS: a key outlives its answer',
    );
  }
  if (config.adminApiKeyOld !== undefined && config.adminApiKey === undefined) {
    mistakes.push(
      'ADMIN_API_KEY_OLD is set and ADMIN_API_KEY is not: if there is only one key, set it as ADMIN_API_KEY',
    );
  }
  const unknown = unknownVariables(environment, variableNames);
  mistakes.push(...developmentMistakes(config, environment, unknown));
  if (mistakes.length > 0) return { kind: 'invalid', mistakes };
  const warnings = [...unknown.slice(0, warningsMax).map(warningOf), ...clearTextWarnings(config)];
  return { kind: 'valid', config, warnings };
}

function compressedBytesMin(read: Reader): number | undefined {
  const bytes = read.integer('COMPRESSION_THRESHOLD_BYTES');
  return read.word('COMPRESSION') === 'on' ? bytes : undefined;
}

function tlsFiles(read: Reader, mistakes: string[]): TlsFiles | undefined {
  const certFile = read.text('TLS_CERT_FILE');
  const keyFile = read.text('TLS_KEY_FILE');
  if (certFile === '' && keyFile === '') return undefined;
  if (certFile === '' || keyFile === '')
    mistakes.push('TLS_CERT_FILE and TLS_KEY_FILE belong together: set both, or neither');
  return { certFile, keyFile };
}

function clearTextWarnings({ host, tls }: Config): string[] {
  if (tls !== undefined || isLoopbackHost(host)) return [];
  return [
    `HOST is ${host}, and TLS is off: anyone on the network path can read and change API keys and amounts. ` +
      'Set TLS_CERT_FILE and TLS_KEY_FILE, or put a proxy that ends TLS in front, on a private network',
  ];
}

/** Receivers on the operator's own network rarely have certificates, so private targets may use http, too. */
function webhookTargets(read: Reader): TargetRules {
  const allowsPrivate = read.flag('WEBHOOK_ALLOW_PRIVATE_TARGETS');
  return { allowsPrivate, allowsHttp: read.flag('WEBHOOK_ALLOW_HTTP') || allowsPrivate };
}

function warningOf({ name, meant }: UnknownVariable): string {
  const advice = meant === undefined ? 'unset it, or correct its name' : `is ${meant} meant?`;
  return `the variable ${name} is set, but the server does not read it: ${advice}`;
}

function logFormat(read: Reader): LogFormat | undefined {
  const format = read.word('LOG_FORMAT');
  return format === 'text' || format === 'json' ? format : undefined;
}

/**
 * Without an admin key every caller is the admin, so only this machine may reach the server, and only if the operator
 * intends it.
 */
function developmentMistakes(
  config: Config,
  environment: Environment,
  unknown: readonly UnknownVariable[],
): string[] {
  if (config.adminApiKey !== undefined) return [];
  const mistakes: string[] = [];
  for (const variable of unknown.filter(isMeantAsAdminKey)) {
    mistakes.push(
      `${variable.name} is set and ADMIN_API_KEY is not: without ADMIN_API_KEY the server needs no key; ` +
        'correct the name, or unset it for development mode',
    );
  }
  // A variable of AgentPay.
  if (/^\s*true\s*$/i.test(environment['REQUIRE_API_KEY'] ?? '')) {
    mistakes.push('REQUIRE_API_KEY is true: the server requires keys once ADMIN_API_KEY is set');
  }
  if (!isLoopbackHost(config.host)) {
    mistakes.push(
      `HOST is ${config.host}: without ADMIN_API_KEY the server listens on a loopback address only`,
    );
  }
  if (config.trustedHops > 0) {
    mistakes.push('TRUST_PROXY is set: without ADMIN_API_KEY the server does not run behind a proxy');
  }
  return mistakes;
}

/**
 * The database of an environment's `DATABASE_URL`, and how to reach it: the settings that the server reads, and no
 * others. The default file if it is not set.
 *
 * @throws {Error} if one of these settings is invalid
 */
export function parseDatabase(environment: Readonly<Record<string, string | undefined>>): DatabaseConfig {
  const mistakes: string[] = [];
  const config = database(new Reader(environment, mistakes), mistakes);
  const [mistake] = mistakes;
  if (mistake !== undefined) throw new Error(mistake);
  return config;
}

function database(read: Reader, mistakes: string[]): DatabaseConfig {
  const url = read.text('DATABASE_URL');
  const postgres = {
    lanes: read.integer('DATABASE_LANES'),
    readConnections: read.integer('DATABASE_READ_CONNECTIONS'),
    isPrepared: read.flag('DATABASE_PREPARED'),
    isByTenant: read.flag('DATABASE_BY_TENANT'),
    statementMs: read.integer('DATABASE_TIMEOUT_MS'),
    allowsUnsafe: read.flag('DATABASE_ALLOW_UNSAFE'),
  };
  if (/^postgres(ql)?:\/\//.test(url) && URL.canParse(url)) return { kind: 'postgres', url, ...postgres };
  if (url.startsWith('file:')) {
    const file = url.slice('file:'.length).replace(/^\/\/(?=\/)/, '');
    if (/^(?!\/\/)[^?#]+$/.test(file) && !file.startsWith(':memory:')) return { kind: 'sqlite', file };
  }
  // A URL may contain a password, so it is not shown.
  mistakes.push(
    'DATABASE_URL is neither of the form file:./path/to/billonce.db nor postgres://user:password@host/database',
  );
  return { kind: 'sqlite', file: '' };
}

function checkedOrigin(origin: string, mistakes: string[]): string {
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  // It may be written in upper case, with the default port, or with a last '/'.
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return url.origin;
  mistakes.push(`CORS_ALLOWED_ORIGINS: ${origin} is not an origin like https://app.example`);
  return origin;
}

function readAtRestKeys(read: Reader, mistakes: string[]): AtRestKey[] {
  const keys = read.list('ANSWER_ENCRYPTION_KEYS').flatMap((entry) => atRestKey(entry, mistakes));
  const ids = keys.map(({ id }) => id);
  // Only the first of two keys would decrypt, and everything encrypted with the other would be lost.
  for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) < at))) {
    mistakes.push(`ANSWER_ENCRYPTION_KEYS: the id ${id} appears more than once`);
  }
  return keys;
}

function atRestKey(entry: string, mistakes: string[]): AtRestKey[] {
  const parts = /^([A-Za-z0-9._-]{1,32}):([0-9a-fA-F]{64})$/.exec(entry);
  if (parts?.[1] !== undefined && parts[2] !== undefined)
    return [{ id: parts[1], key: parts[2].toLowerCase() }];
  mistakes.push('ANSWER_ENCRYPTION_KEYS: each entry is an id, a colon and 64 hexadecimal digits');
  return [];
}
