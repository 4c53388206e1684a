import { timingSafeEqual } from 'node:crypto';
import { compileValidator, Tenant } from '@billonce/contract';
import { scopeDigest, sha256 } from '@billonce/idempotency/core';
import { type ApiKey, isLive, type KeyRights } from '../domain/api-key.ts';
import { adminTenant } from '../domain/tenant.ts';
import { ApiError } from './api-error.ts';
import type { ApiKeyLookup } from './api-key-lookup.ts';

/** Who a request comes from. */
export interface Caller {
  readonly kind: 'anonymous' | 'tenant' | 'admin';
  /** whose books it reads and writes; `undefined` for an admin who names no tenant */
  readonly tenant: string | undefined;
  /** digest of the scope of its idempotency keys */
  readonly scope: string;
  /** the API key as it was sent, or '' */
  readonly presentedKey: string;
  /** what its API key is limited to */
  readonly rights: KeyRights;
}

/** The rights of a caller without an API key, and of the admin. */
export const allRights: KeyRights = { scopes: undefined, agent: undefined, serviceId: undefined };

/** The tenant of everybody without a key in development mode. */
const publicTenant = 'public';

/** The parts of a request that say who sends it. */
export interface CallerHeaders {
  /** of the client, in front of trusted proxies */
  readonly address: string;
  readonly apiKey: string | undefined;
  readonly authorization: string | undefined;
  readonly tenant: string | undefined;
}

export interface CallerOptions {
  readonly adminApiKey: string | undefined;
  readonly nowMs: () => number;
}

const scopesMax = 10_000;

/** Finds out who sends a request. */
export class CallerIdentifier {
  readonly #apiKeys: ApiKeyLookup<ApiKey>;
  readonly #options: CallerOptions;
  readonly #adminDigest: Buffer | undefined;
  readonly #adminScope = scopeDigest({ kind: 'tenant', tenant: adminTenant });
  /** scopes of addresses that were seen lately: those of one client are asked for with every request */
  readonly #scopes = new Map<string, string>();

  constructor(apiKeys: ApiKeyLookup<ApiKey>, options: CallerOptions) {
    this.#apiKeys = apiKeys;
    this.#options = options;
    this.#adminDigest =
      options.adminApiKey === undefined ? undefined : Buffer.from(sha256(options.adminApiKey), 'hex');
  }

  /**
   * Identifies the caller. A key that is sent and not recognized is never taken for no key.
   *
   * @throws {ApiError} `invalid_request`, `unauthorized`, `forbidden`, `rate_limited`
   */
  async identify(headers: CallerHeaders): Promise<Caller> {
    refuseMalformedTenant(headers.tenant);
    const presentedKey = presentedKeyOf(headers);
    if (presentedKey === undefined) return this.#withoutKey(headers);
    const digest = sha256(presentedKey);
    if (this.#adminDigest !== undefined && timingSafeEqual(Buffer.from(digest, 'hex'), this.#adminDigest)) {
      return {
        kind: 'admin',
        tenant: headers.tenant,
        scope: this.#adminScope,
        presentedKey,
        rights: allRights,
      };
    }
    const key = await this.#apiKeys.byDigest(digest, headers.address);
    if (key === undefined || !isLive(key, this.#options.nowMs())) {
      throw new ApiError('unauthorized', 'the API key is not recognized');
    }
    refuseOtherTenant(headers.tenant, key.tenant);
    const scope = scopeDigest({ kind: 'tenant', tenant: key.tenant });
    return { kind: 'tenant', tenant: key.tenant, scope, presentedKey, rights: key };
  }

  #withoutKey(headers: CallerHeaders): Caller {
    if (this.#options.adminApiKey !== undefined) throw new ApiError('unauthorized', 'an API key is required');
    refuseOtherTenant(headers.tenant, publicTenant);
    const scope = this.#scopeOf(headers.address);
    return { kind: 'anonymous', tenant: publicTenant, scope, presentedKey: '', rights: allRights };
  }

  #scopeOf(address: string): string {
    const known = this.#scopes.get(address);
    if (known !== undefined) return known;
    if (this.#scopes.size >= scopesMax) this.#scopes.clear();
    const scope = scopeDigest({ kind: 'ip', address });
    this.#scopes.set(address, scope);
    return scope;
  }
}

function presentedKeyOf({ apiKey, authorization }: CallerHeaders): string | undefined {
  if (apiKey !== undefined && authorization !== undefined) {
    throw new ApiError('invalid_request', 'send the API key as X-API-Key or as Authorization, not as both');
  }
  if (authorization === undefined) return apiKey;
  const bearer = /^Bearer +([\x21-\x7e]+)$/i.exec(authorization)?.[1];
  if (bearer === undefined)
    throw new ApiError('unauthorized', 'the Authorization header is not of the Bearer scheme');
  return bearer;
}

const validateTenant = compileValidator(Tenant);

function refuseMalformedTenant(named: string | undefined): void {
  if (named === undefined) return;
  const validated = validateTenant(named);
  if (validated.kind === 'valid') return;
  const messages = validated.faults.map(({ message }) => message).join('; ');
  throw new ApiError('invalid_request', `X-Tenant is not the name of a tenant: it ${messages}`);
}

function refuseOtherTenant(named: string | undefined, own: string): void {
  if (named !== undefined && named !== own) {
    throw new ApiError('forbidden', 'only the admin key reaches another tenant');
  }
}
