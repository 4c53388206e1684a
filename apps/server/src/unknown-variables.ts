import { knownName, nearMiss } from '@billonce/contract';
import type { Environment } from './environment.ts';
import { commandLineVariables } from './variables/command-line.ts';

/** Prefixes that our variables have, and variables of other programs hardly ever. */
const prefixes = [
  'ADMIN_',
  'ANSWER_ENCRYPTION_',
  'ANSWER_STALL_',
  'AUDIT_EVERY_',
  'BILLONCE_',
  'BULK_MAX_',
  'CORS_ALLOWED_',
  'DATABASE_',
  'IDEMPOTENCY_',
  'MAX_CONNECTIONS_',
  'RATE_LIMIT_',
  'TLS_',
  'TRUST_PROXY_',
  'UNKNOWN_KEYS_',
  'WEBHOOK_',
];
const readByTests = /^BILLONCE_TEST_[A-Z_]+$/;
/** Variables that Kubernetes sets for every service; https://kubernetes.io/docs/concepts/services-networking/service/ */
const ofKubernetes = /_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_\d+_(TCP|UDP|SCTP)(_[A-Z]+)?)?)$/;
/** Names that OpenSSL and many programs read, and that resemble TLS_CERT_FILE and TLS_KEY_FILE. */
const ofOthers: ReadonlySet<string> = new Set(['SSL_CERT_FILE', 'SSL_KEY_FILE']);
const nameLengthMax = 64;

/** A variable that is set but not read, and that looks like one of the server's. */
export interface UnknownVariable {
  readonly name: string;
  /** the variable that was probably meant */
  readonly meant: string | undefined;
}

/** Finds variables that are misspelt, or that begin like ours. Their values are never shown. */
export function unknownVariables(environment: Environment, known: ReadonlySet<string>): UnknownVariable[] {
  const names = [...known].map((name) => knownName(name));
  return Object.keys(environment)
    .filter((name) => !known.has(name) && name.length <= nameLengthMax)
    .filter(
      (name) =>
        !Object.hasOwn(commandLineVariables, name) &&
        !readByTests.test(name) &&
        !ofKubernetes.test(name) &&
        !ofOthers.has(name),
    )
    .map((name) => ({ name, meant: nearMiss(name, names)?.name }))
    .filter(({ name, meant }) => meant !== undefined || prefixes.some((prefix) => name.startsWith(prefix)))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Whether a variable is probably meant to be ADMIN_API_KEY: a misspelt one would start a server that is open to every
 * process of the machine.
 */
export function isMeantAsAdminKey({ name, meant }: UnknownVariable): boolean {
  const isOurs = /^(ADMIN|BILLONCE)_?/i.test(name) && /ADMIN/i.test(name) && /KEY/i.test(name);
  return meant === 'ADMIN_API_KEY' || isOurs;
}
