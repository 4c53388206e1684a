import type { VariableGroup } from './variable.ts';

/** Where the server listens, where its books are, and who may reach it. */
export const accessVariables = {
  HOST: {
    kind: 'text',
    default: '127.0.0.1',
    form: 'an address or a host name',
    text: 'Address to listen on. Without ADMIN_API_KEY it must be a loopback address.',
  },
  PORT: {
    kind: 'integer',
    default: 3001,
    min: 0,
    max: 65_535,
    text: 'Port to listen on. 0 chooses a free port.',
  },
  DATABASE_URL: {
    kind: 'text',
    default: 'file:./data/billonce.db',
    form: 'file:PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE',
    isSecret: true,
    option: {
      name: 'database',
      value: 'DATABASE',
      text: 'a database file, file:PATH or postgres://…',
    },
    text: 'The database of the books. A file is created if it does not exist; a relative path starts at the working directory. A PostgreSQL 15 or later serves any number of instances.',
  },
  DATABASE_LANES: {
    kind: 'integer',
    default: 4,
    min: 1,
    max: 64,
    engine: 'postgres',
    text: 'Batches that an instance commits at the same time, each for different tenants. Each uses one connection.',
  },
  DATABASE_READ_CONNECTIONS: {
    kind: 'integer',
    default: 4,
    min: 1,
    max: 64,
    engine: 'postgres',
    text: 'Connections for reads.',
  },
  DATABASE_PREPARED: {
    kind: 'flag',
    default: true,
    engine: 'postgres',
    text: 'Whether statements are prepared by name. Set it to false if a PgBouncer before 1.21 in transaction mode is in front.',
  },
  DATABASE_BY_TENANT: {
    kind: 'flag',
    default: false,
    engine: 'postgres',
    text: 'Whether each transaction and each statement concerns only one tenant, for a database that places rows by tenant. On a database with the extension citus it must be true; the server then distributes the tables.',
  },
  DATABASE_TIMEOUT_MS: {
    kind: 'integer',
    default: 5_000,
    min: 1_000,
    max: 600_000,
    engine: 'postgres',
    text: 'Milliseconds within which each statement of a write must end, plus 2 for each account that it touches. A statement waits at most four fifths of that time for a lock. A server that stops in the middle of a write keeps its locks for three fifths of it.',
  },
  DATABASE_ALLOW_UNSAFE: {
    kind: 'flag',
    default: false,
    engine: 'postgres',
    text: 'Whether to start on a database that can lose acknowledged writes (fsync, synchronous_commit or full_page_writes off).',
  },
  ADMIN_API_KEY: {
    kind: 'secret',
    lengthMin: 16,
    text: "The operator's key; generate one with `openssl rand -hex 32`. If it is set, requests need a key, except health, the OpenAPI document and the pages of error codes. If it is not set, the server runs in development mode. If it is set but empty, the server does not start.",
  },
  ADMIN_API_KEY_OLD: {
    kind: 'secret',
    lengthMin: 16,
    text: "The operator's former key. To replace the key without a pause, set ADMIN_API_KEY to the new one and this to the old one, restart one instance after the other, give clients the new one, then unset this variable. Until then the server accepts both.",
  },
  TLS_CERT_FILE: {
    kind: 'text',
    default: '',
    form: 'a path',
    text: 'The certificate of the server, in PEM, followed by the intermediate certificates. Set both this and TLS_KEY_FILE, or neither: without them the server uses plain HTTP. The server uses a new certificate in the files within 10 s.',
  },
  TLS_KEY_FILE: {
    kind: 'text',
    default: '',
    form: 'a path',
    text: 'The private key of the certificate, in PEM without a passphrase.',
  },
  TRUST_PROXY: {
    kind: 'hops',
    max: 16,
    text: 'How many proxies in front add an address to X-Forwarded-For. Above 0 it needs ADMIN_API_KEY. If it is higher than the number of proxies, a client can choose its address.',
  },
} as const satisfies VariableGroup;
