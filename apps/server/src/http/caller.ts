import { timingSafeEqual } from 'node:crypto';
import { compileValidator, Tenant } from '@billonce/contract';
import { scopeDigest, sha256 } from '@billonce/idempotency/core';
import { type ApiKey, isLive, type KeyRights } from '../domain/api-key.ts';
import { adminTenant } from '../domain/tenant.ts';
import { AddressRanges } from './address-ranges.ts';
import { ApiError } from './api-error.ts';
import { hasChecksum, isApiKey } from './api-key-form.ts';
import type { ApiKeyLookup } from './api-key-lookup.ts';
import type { UncheckedKeys } from './unchecked-keys.ts';

/** The sender of a request. */
export interface Caller {
  readonly kind: 'anonymous' | 'tenant' | 'admin';
  /** the tenant whose books it reads and writes; `undefined` for an admin who names no tenant */
  readonly tenant: string | undefined;
  /** digest of the scope of its idempotency keys */
  readonly scope: string;
  /** the API key as it was sent, or '' */
  readonly presentedKey: string;
  /** of the client; '' if the operation does not identify its caller */
  readonly address: string;
  /** the prefix of its API key */
  readonly keyPrefix: string | undefined;
  /** the limits of its API key */
  readonly rights: KeyRights;
}

/** The rights of a caller without an API key, and of the admin. */
export const allRights: KeyRights = {
  scopes: undefined,
  agent: undefined,
  serviceId: undefined,
  allowedAddresses: undefined,
};

/** The tenant of all callers without a key in development mode. */
const publicTenant = 'public';

/** The parts of a request that identify its sender. */
export interface CallerHeaders {
  /** of the client, before the trusted proxies */
  readonly address: string;
  readonly apiKey: string | undefined;
  readonly authorization: string | undefined;
  readonly tenant: string | undefined;
}

export interface CallerOptions {
  readonly adminApiKey: string | undefined;
  readonly adminApiKeyOld: string | undefined;
  readonly nowMs: () => number;
  readonly uncheckedKeys: UncheckedKeys;
  /** Called with each recognized key. */
  readonly onKeyUsed: (key: ApiKey) => void;
}

const callersMax = 10_000;
const notAscii =
  'the API key contains a character that is not visible ASCII: copy it again, without quotation marks or spaces';

/** Identifies the sender of a request. */
export class CallerIdentifier {
  readonly #apiKeys: ApiKeyLookup<ApiKey>;
  readonly #options: CallerOptions;
  readonly #adminDigests: readonly Buffer[];
  readonly #adminScope = scopeDigest({ kind: 'tenant', tenant: adminTenant });
  /** callers without a key at recently seen addresses: a client is the same for every request */
  readonly #withoutKeys = new Map<string, Caller>();
  /** scopes of recently seen tenants */
  readonly #tenantScopes = new Map<string, string>();
  readonly #ranges = new AddressRanges();

  constructor(apiKeys: ApiKeyLookup<ApiKey>, options: CallerOptions) {
    this.#apiKeys = apiKeys;
    this.#options = options;
    this.#adminDigests = [options.adminApiKey, options.adminApiKeyOld]
      .filter((key) => key !== undefined)
      .map((key) => Buffer.from(sha256(key), 'hex'));
  }

  /**
   * Identifies the caller. A key that is not recognized is never treated like no key.
   *
   * @throws {ApiError} `invalid_request`, `unauthorized`, `address_not_allowed`, `forbidden`, `rate_limited`
   */
  identify(headers: CallerHeaders): Caller | Promise<Caller> {
    refuseMalformedTenant(headers.tenant);
    const presentedKey = presentedKeyOf(headers);
    return presentedKey === undefined ? this.#withoutKey(headers) : this.#withKey(headers, presentedKey);
  }

  async #withKey(headers: CallerHeaders, presentedKey: string): Promise<Caller> {
    const digest = sha256(presentedKey);
    if (this.#isAdmin(digest)) {
      return {
        kind: 'admin',
        tenant: headers.tenant,
        scope: this.#adminScope,
        presentedKey,
        address: headers.address,
        keyPrefix: undefined,
        rights: allRights,
      };
    }
    const key = await this.#liveKey(presentedKey, digest, headers.address);
    this.#refuseOtherAddress(key, headers.address);
    this.#options.onKeyUsed(key);
    refuseOtherTenant(headers.tenant, key.tenant);
    return {
      kind: 'tenant',
      tenant: key.tenant,
      scope: this.#scopeOf(key.tenant),
      presentedKey,
      address: headers.address,
      keyPrefix: key.prefix,
      rights: key,
    };
  }

  #scopeOf(tenant: string): string {
    const known = this.#tenantScopes.get(tenant);
    if (known !== undefined) return known;
    if (this.#tenantScopes.size >= callersMax) this.#tenantScopes.clear();
    const scope = scopeDigest({ kind: 'tenant', tenant });
    this.#tenantScopes.set(tenant, scope);
    return scope;
  }

  /** While the admin key is being replaced, both keys are valid. */
  #isAdmin(digest: string): boolean {
    const sent = Buffer.from(digest, 'hex');
    return this.#adminDigests.filter((known) => timingSafeEqual(sent, known)).length > 0;
  }

  async #liveKey(presentedKey: string, digest: string, address: string): Promise<ApiKey> {
    const unrecognized = 'the API key is not recognized';
    if (!isApiKey(presentedKey)) {
      this.#apiKeys.refuse(digest, address);
      throw new ApiError('unauthorized', isVisibleAscii(presentedKey) ? unrecognized : notAscii);
    }
    if (!hasChecksum(presentedKey) && !(await this.#options.uncheckedKeys.exist())) {
      this.#apiKeys.refuse(digest, address);
      throw new ApiError('unauthorized', 'the API key contains a typing error: its checksum does not match');
    }
    const key = await this.#apiKeys.byDigest(digest, address);
    if (key === undefined || !isLive(key, this.#options.nowMs())) {
      throw new ApiError('unauthorized', unrecognized);
    }
    return key;
  }

  #refuseOtherAddress({ allowedAddresses }: ApiKey, address: string): void {
    if (allowedAddresses === undefined || this.#ranges.include(allowedAddresses, address)) return;
    throw new ApiError('address_not_allowed', `this API key may not be used from ${address}`);
  }

  #withoutKey(headers: CallerHeaders): Caller {
    if (this.#options.adminApiKey !== undefined) throw new ApiError('unauthorized', 'an API key is required');
    refuseOtherTenant(headers.tenant, publicTenant);
    return this.#anonymous(headers.address);
  }

  #anonymous(address: string): Caller {
    const known = this.#withoutKeys.get(address);
    if (known !== undefined) return known;
    if (this.#withoutKeys.size >= callersMax) this.#withoutKeys.clear();
    const caller: Caller = {
      kind: 'anonymous',
      tenant: publicTenant,
      scope: scopeDigest({ kind: 'ip', address }),
      presentedKey: '',
      address,
      keyPrefix: undefined,
      rights: allRights,
    };
    this.#withoutKeys.set(address, caller);
    return caller;
  }
}

function presentedKeyOf({ apiKey, authorization }: CallerHeaders): string | undefined {
  if (apiKey !== undefined && authorization !== undefined) {
    throw new ApiError('invalid_request', 'send the API key as X-API-Key or as Authorization, not as both');
  }
  if (authorization === undefined) return apiKey;
  const bearer = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  if (bearer === undefined)
    throw new ApiError('unauthorized', 'the Authorization header must use the Bearer scheme');
  return bearer;
}

function isVisibleAscii(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

const validateTenant = compileValidator(Tenant);

function refuseMalformedTenant(named: string | undefined): void {
  if (named === undefined) return;
  const validated = validateTenant(named);
  if (validated.kind === 'valid') return;
  const messages = validated.faults.map(({ message }) => message).join('; ');
  throw new ApiError('invalid_request', `X-Tenant is not a valid tenant name: it ${messages}`);
}

function refuseOtherTenant(named: string | undefined, own: string): void {
  if (named !== undefined && named !== own) {
    throw new ApiError('forbidden', 'only the admin key can act for another tenant');
  }
}
