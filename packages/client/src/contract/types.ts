// `npm run docs` prints this file from packages/contract. Do not edit it here.

export interface components {
    schemas: {
        readonly AccountCleared: {
            /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly agent: string;
            /** @description What is consumed: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly serviceId: string;
            /** @description Requests that were reversed. */
            readonly clearedTotal: number;
        };
        readonly AccountTotal: {
            /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly agent: string;
            /** @description What is consumed: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly serviceId: string;
            readonly total: number;
            /** @description The same in units, with all decimal places. Only where the service has a `unitScale`; `requests` counts the smallest parts then. */
            readonly quantity?: string;
        };
        readonly Activity: {
            /** @description When this instance of the server started to count. */
            readonly since: string;
            /** @description Writes with their outcomes. `executed`: carried out. `replayed`: a retry that got the first answer. `conflict`: the key was used for another request. `expired`: a retry whose answer is gone. `refused`: not carried out. `fault`: the server could not carry it out. */
            readonly outcomes: {
                readonly executed: number;
                readonly replayed: number;
                readonly conflict: number;
                readonly expired: number;
                readonly refused: number;
                readonly fault: number;
            };
            /** @description Usage that was sent again and recorded only once, recognized by its key or by its usage id. */
            readonly retriesNotBilled: {
                /** @description Items of usage. */
                readonly retries: number;
                /** @description Sent with all digits, also beyond 2^53. */
                readonly requests: number;
                /** @description At the price in force when the retries arrived; services in other assets than XLM are not included. */
                readonly stroops: string;
            };
        };
        readonly AdminStatus: {
            readonly paused: boolean;
            readonly pausedSince: string | null;
            readonly version: string;
        };
        readonly AgentLimitList: {
            /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly agent: string;
            readonly items: readonly {
                /** @description Names the limit in its tenant: letters, digits, '.', '_' and '-'. */
                readonly name: string;
                readonly agent: ("*" | string) | null;
                readonly serviceId: string | null;
                readonly apiKeyPrefix: string | null;
                /** @description Fixed windows, in UTC. Each begins with nothing used. */
                readonly window: "minute" | "hour" | "day" | "month" | "lifetime";
                readonly max: {
                    /** @description A number of requests (or tokens, or units), as a decimal string with at most six decimal places. */
                    readonly quantity?: string;
                    /** @description Instead of `quantity`: the exact cost that usage of services in the asset may reach. Usage in other assets, and usage that has no price yet, does not count. */
                    readonly amount?: string;
                    /** @description The asset of `amount`; XLM without it. */
                    readonly asset?: string;
                };
                /** @description `refuse`: usage beyond the limit is refused with `limit_reached`. `notify`: it is only reported. */
                readonly action: "refuse" | "notify";
                /** @description Parts of `max` at which an event `limit.reached` is written, once in each window. Without it: 1 for `notify`, none for `refuse`. */
                readonly notifyAt: readonly number[];
                /** @description Usage from before it is not counted. */
                readonly countsSince: string;
                readonly windowStart: string;
                /** @description Null for `lifetime`. */
                readonly windowEnd: string | null;
                /** @description What the limit counted in the current window: for this agent alone if `agent` is `*`, otherwise for all agents whose usage it counts. */
                readonly used: string;
                /** @description What can still be used in the current window. */
                readonly left: string;
            }[];
            /** @description Send it as `cursor` for the next page; null after the last one. */
            readonly nextCursor: string | null;
            /** @description Whether there are more items now. It can be true for a short page, if a filter matches few items. */
            readonly hasMore: boolean;
        };
        readonly AgentList: {
            readonly agents: readonly string[];
            /** @description Send it as `cursor` for the next page; null after the last one. */
            readonly nextCursor: string | null;
            /** @description Whether there are more items now. It can be true for a short page, if a filter matches few items. */
            readonly hasMore: boolean;
        };
        readonly AgentQuote: {
            /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly agent: string;
            /** @description By service; accounts on which there is nothing to bill and no credit are left out. */
            readonly items: readonly components["schemas"]["Quote"][];
            /** @description Send it as `cursor` for the next page; null after the last one. */
            readonly nextCursor: string | null;
            /** @description Whether there are more items now. It can be true for a short page, if a filter matches few items. */
            readonly hasMore: boolean;
            /** @description The amount in XLM that settling all accounts of the agent would bill now, over all pages. Null on the pages after the first. */
            readonly totalBilledStroops: string | null;
            /** @description Credits that would be left in XLM, of all accounts. Null on the pages after the first. */
            readonly totalCreditStroops: string | null;
            /** @description Outstanding, of services without a price. Sent with all digits, also beyond 2^53. Null on the pages after the first. */
            readonly unpricedRequests: number | null;
            /** @description The totals in other assets than XLM, on the first page. Absent if the agent used no service in one. */
            readonly otherAssets?: readonly {
                /** @description What the amounts are in. `XLM` (whose atom is the stroop, 10^-7) is built in. */
                readonly asset: string;
                /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
                readonly totalBilled: string;
                /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
                readonly totalCredit: string;
            }[];
        };
        readonly AgentTotal: {
            /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly agent: string;
            /** @description Sent with all digits, also beyond 2^53. */
            readonly total: number;
        };
        readonly AgentTotals: {
            readonly items: readonly {
                /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
                readonly agent: string;
                /** @description Services that it used. */
                readonly accounts: number;
                /** @description Sent with all digits, also beyond 2^53. */
                readonly recordedRequests: number;
                /** @description Sent with all digits, also beyond 2^53. */
                readonly outstandingRequests: number;
                /** @description What settling its accounts now would bill in XLM. */
                readonly outstandingStroops: string;
                /** @description Outstanding, of services without a price. */
                readonly unpricedRequests: number;
                /** @description What settlements have billed in XLM. */
                readonly settledStroops: string;
                /** @description Its prepaid balances by asset, as they were last recorded: grants that have just expired and holds that have just lapsed may still be counted. */
                readonly balances: readonly {
                    /** @description What the amounts are in. `XLM` (whose atom is the stroop, 10^-7) is built in. */
                    readonly asset: string;
                    /** @description The amount that may still be drawn or held, not counting the overdraft; below 0 if the overdraft is in use. */
                    readonly available: string;
                    /** @description What open holds reserve. */
                    readonly held: string;
                }[];
                /** @description Outstanding and billed amounts in other assets than XLM. Absent if it used no service in another asset. */
                readonly otherAssets?: readonly {
                    /** @description What the amounts are in. `XLM` (whose atom is the stroop, 10^-7) is built in. */
                    readonly asset: string;
                    /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
                    readonly outstanding: string;
                    /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
                    readonly settled: string;
                }[];
            }[];
            /** @description Send it as `cursor` for the next page; null after the last one. */
            readonly nextCursor: string | null;
            /** @description Whether there are more items now. It can be true for a short page, if a filter matches few items. */
            readonly hasMore: boolean;
        };
        readonly AgentUsage: {
            /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly agent: string;
            readonly items: readonly {
                /** @description What is consumed: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
                readonly serviceId: string;
                readonly total: number;
            }[];
            /** @description Send it as `cursor` for the next page; null after the last one. */
            readonly nextCursor: string | null;
            /** @description Whether there are more items now. It can be true for a short page, if a filter matches few items. */
            readonly hasMore: boolean;
        };
        readonly Allowance: {
            /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly agent: string;
            /** @description What is consumed: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly serviceId: string;
            /** @description How many requests (or tokens, or units) were consumed. */
            readonly requests?: number;
            /** @description The same in units, with all decimal places. Only where the service has a `unitScale`; `requests` counts the smallest parts then. */
            readonly quantity?: string;
            /** @description Whether this usage would be recorded now. Nothing is reserved. */
            readonly allowed: boolean;
            /** @description The code with which it would be refused. Null if it would be recorded. */
            readonly error: string | null;
            readonly message: string | null;
            /** @description The limits that apply to it. */
            readonly limits: readonly {
                /** @description Names the limit in its tenant: letters, digits, '.', '_' and '-'. */
                readonly name: string;
                /** @description Fixed windows, in UTC. Each begins with nothing used. */
                readonly window: "minute" | "hour" | "day" | "month" | "lifetime";
                readonly windowEnd: string | null;
                /** @description `refuse`: usage beyond the limit is refused with `limit_reached`. `notify`: it is only reported. */
                readonly action: "refuse" | "notify";
                readonly max: {
                    /** @description A number of requests (or tokens, or units), as a decimal string with at most six decimal places. */
                    readonly quantity?: string;
                    /** @description Instead of `quantity`: the exact cost that usage of services in the asset may reach. Usage in other assets, and usage that has no price yet, does not count. */
                    readonly amount?: string;
                    /** @description The asset of `amount`; XLM without it. */
                    readonly asset?: string;
                };
                /** @description A quantity, or an amount if `max` is one. */
                readonly used: string;
                /** @description A quantity, or an amount if `max` is one. */
                readonly left: string;
            }[];
        };
        readonly ApiKeyCreate: {
            /** @description What the key is for: 1-64 characters, not blank. */
            readonly label: string;
            /** @description A key that clients already use, such as one of AgentPay. It must be random: 32 hexadecimal digits from a secure source. If omitted, the server generates a key. */
            readonly key?: string;
            /** @description Owner of services, usage and keys: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::', no leading '$'. */
            readonly tenant?: string;
            readonly expiresAt?: string;
            /** @description What the key may do: `read`; `record` usage; `settle`, reverse and write off; `manage` services, prices and webhooks. If omitted, all of them. */
            readonly scopes?: readonly ("read" | "record" | "settle" | "manage")[];
            /** @description The only agent that the key may be used for. */
            readonly agent?: string;
            /** @description The only service that the key may be used for. */
            readonly serviceId?: string;
            /** @description The addresses from which the key may be used; if omitted, from everywhere. */
            readonly allowedAddresses?: readonly string[];
        };
        readonly ApiKeyCreated: {
            /** @description Shown once. */
            readonly key: string;
            /** @description What the key is for: 1-64 characters, not blank. */
            readonly label: string;
            readonly prefix: string;
            /** @description Owner of services, usage and keys: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::', no leading '$'. */
            readonly tenant: string;
            readonly expiresAt: string | null;
            /** @description What the key may do: `read`; `record` usage; `settle`, reverse and write off; `manage` services, prices and webhooks. */
            readonly scopes: readonly ("read" | "record" | "settle" | "manage")[];
            /** @description Null: the key is bound to no agent. */
            readonly agent: string | null;
            /** @description Null: the key is bound to no service. */
            readonly serviceId: string | null;
            /** @description Null: the key may be used from everywhere. */
            readonly allowedAddresses: readonly string[] | null;
        };
        readonly ApiKeyList: {
            readonly items: readonly {
                readonly prefix: string;
                /** @description What the key is for: 1-64 characters, not blank. */
                readonly label: string;
                /** @description Owner of services, usage and keys: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::', no leading '$'. */
                readonly tenant: string;
                /** @description Milliseconds since the epoch, as in AgentPay. */
                readonly createdAt: number;
                readonly createdTimestamp: string;
                readonly expiresAt: string | null;
                /** @description Null for a key that is not revoked. */
                readonly revokedAt: string | null;
                /** @description The minute in which the key was last used; it is written up to a minute later. Null: never. */
                readonly lastUsedAt: string | null;
                /** @description What the key may do: `read`; `record` usage; `settle`, reverse and write off; `manage` services, prices and webhooks. */
                readonly scopes: readonly ("read" | "record" | "settle" | "manage")[];
                /** @description Null: the key is bound to no agent. */
                readonly agent: string | null;
                /** @description Null: the key is bound to no service. */
                readonly serviceId: string | null;
                /** @description Null: the key may be used from everywhere. */
                readonly allowedAddresses: readonly string[] | null;
            }[];
            /** @description All API keys that are not revoked. */
            readonly total: number;
            /** @description Send it as `cursor` for the next page; null after the last one. */
            readonly nextCursor: string | null;
            /** @description Whether there are more items now. It can be true for a short page, if a filter matches few items. */
            readonly hasMore: boolean;
        };
        readonly ApiKeyRotated: {
            /** @description Shown once. */
            readonly key: string;
            /** @description What the key is for: 1-64 characters, not blank. */
            readonly label: string;
            readonly prefix: string;
            /** @description Owner of services, usage and keys: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::', no leading '$'. */
            readonly tenant: string;
            readonly expiresAt: string | null;
            /** @description What the key may do: `read`; `record` usage; `settle`, reverse and write off; `manage` services, prices and webhooks. */
            readonly scopes: readonly ("read" | "record" | "settle" | "manage")[];
            /** @description Null: the key is bound to no agent. */
            readonly agent: string | null;
            /** @description Null: the key is bound to no service. */
            readonly serviceId: string | null;
            /** @description Null: the key may be used from everywhere. */
            readonly allowedAddresses: readonly string[] | null;
            readonly oldPrefix: string;
            readonly oldExpiresAt: string | null;
            /** @description The time within which every instance applies a change. */
            readonly effectiveWithinMs: number;
        };
        readonly AssetList: {
            readonly items: readonly components["schemas"]["RegisteredAsset"][];
            /** @description Send it as `cursor` for the next page; null after the last one. */
            readonly nextCursor: string | null;
            /** @description Whether there are more items now. It can be true for a short page, if a filter matches few items. */
            readonly hasMore: boolean;
        };
        readonly AssetPut: {
            /** @description The decimal places in which bills in the asset are rounded. */
            readonly scale: number;
        };
        readonly Audit: {
            readonly ok: boolean;
            readonly accounts: number;
            readonly entries: number;
            readonly settlements: number;
            readonly recorded: {
                readonly requests: number;
                /** @description An amount in stroops (10^-7 XLM), as a decimal string. */
                readonly stroops: string;
            };
            readonly settled: {
                readonly requests: number;
                /** @description An amount in stroops (10^-7 XLM), as a decimal string. */
                readonly stroops: string;
            };
            readonly outstanding: {
                readonly requests: number;
                /** @description An amount in stroops (10^-7 XLM), as a decimal string; below 0 for a credit. */
                readonly stroops: string;
            };
            readonly reversed: {
                readonly requests: number;
                /** @description An amount in stroops (10^-7 XLM), as a decimal string. */
                readonly stroops: string;
            };
            /** @description Drawn from prepaid balances, less what reversals returned. */
            readonly paid: {
                /** @description An amount in stroops (10^-7 XLM), as a decimal string; below 0 for a credit. */
                readonly stroops: string;
            };
            readonly writtenOff: {
                /** @description An amount in stroops (10^-7 XLM), as a decimal string. */
                readonly stroops: string;
            };
            /** @description For each other asset, the amounts that the members in stroops give for XLM. Absent if there is none. */
            readonly otherAssets?: readonly {
                /** @description What the amounts are in. `XLM` (whose atom is the stroop, 10^-7) is built in. */
                readonly asset: string;
                /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
                readonly recorded: string;
                /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
                readonly reversed: string;
                /** @description An exact amount of the asset; below 0 for an overdraft. */
                readonly paid: string;
                /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
                readonly settled: string;
                /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
                readonly writtenOff: string;
                /** @description An exact amount of the asset; below 0 for an overdraft. */
                readonly outstanding: string;
            }[];
            readonly differences: readonly {
                /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
                readonly agent: string;
                /** @description What is consumed: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
                readonly serviceId: string;
                readonly message: string;
            }[];
            /** @description The log of administrative acts: how many were logged, and which of them are missing. */
            readonly acts: {
                readonly logged: number;
                readonly differences: readonly string[];
            };
            /** @description The counters of limits, compared with the entries. */
            readonly limits: {
                readonly counters: number;
                readonly differences: readonly string[];
            };
            /** @description Prepaid balances: their number, and those that differ from their movements. */
            readonly balances: {
                readonly count: number;
                readonly movements: number;
                readonly differences: readonly {
                    /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
                    readonly agent: string;
                    /** @description What the amounts are in. `XLM` (whose atom is the stroop, 10^-7) is built in. */
                    readonly asset: string;
                    readonly message: string;
                }[];
            };
        };
        readonly AuditLog: {
            readonly items: readonly {
                /** @description An id that this server gave. */
                readonly id: string;
                readonly at: string;
                /** @description Null: what belongs to no tenant. */
                readonly tenant: string | null;
                /** @description What was done. `api_key.expires`: a rotation gave a key an end. */
                readonly action: "api_key.created" | "api_key.expires" | "api_key.revoked" | "asset.registered" | "service.registered" | "service.changed" | "service.deleted" | "limit.set" | "limit.deleted" | "webhook.created" | "webhook.changed" | "webhook.deleted" | "usage.reversed" | "credit.written_off" | "balance.granted" | "grant.voided" | "billing.changed" | "server.paused" | "server.unpaused" | "settings.changed";
                /** @description The object of the act: the prefix of a key, a service, the id of a webhook, a grant or an entry, or an agent; empty for the server and for the billing of all agents. */
                readonly subject: string;
                /** @description What changed; never a secret or the path of a webhook. An API key without the scope `manage` does not see `allowedAddresses` of a key. */
                readonly details: {
                    readonly [key: string]: unknown;
                };
                readonly actor: {
                    readonly kind: "admin" | "api_key" | "anonymous" | "server";
                    readonly keyPrefix: string | null;
                    /** @description The address of the client. Also null for an API key without the scope `manage`. */
                    readonly address: string | null;
                    readonly requestId: string | null;
                };
            }[];
            /** @description Send it as `cursor` for the next page; null after the last one. */
            readonly nextCursor: string | null;
            /** @description Whether there are more items now. It can be true for a short page, if a filter matches few items. */
            readonly hasMore: boolean;
        };
        readonly Balance: {
            /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly agent: string;
            /** @description What the amounts are in. `XLM` (whose atom is the stroop, 10^-7) is built in. */
            readonly asset: string;
            /** @description `postpaid`: usage is billed by a settlement. `prepaid`: its price is drawn from the balance when it is recorded. */
            readonly mode: "postpaid" | "prepaid";
            /** @description The amount that may still be drawn or held, not counting the overdraft; below 0 if the overdraft is in use. */
            readonly available: string;
            /** @description How far below 0 `available` may go. */
            readonly overdraft: string;
            /** @description What open holds reserve. */
            readonly held: string;
            /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
            readonly granted: string;
            /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
            readonly refunded: string;
            /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
            readonly drawn: string;
            /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
            readonly expired: string;
            /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
            readonly voided: string;
        };
        readonly BillLine: {
            readonly priceVersion: number;
            /** @description The tier of the price, from 1. */
            readonly tier?: number;
            /** @description The tier is charged in packages of this many units, and the price is that of one package. */
            readonly package?: number;
            /** @description How many packages are charged. */
            readonly packages?: number;
            readonly requests: number;
            /** @description The same in units, with all decimal places. Only where the service has a `unitScale`; `requests` counts the smallest parts then. */
            readonly quantity?: string;
            /** @description The price of one unit in stroops; absent if it is not a whole number of them, and in another asset than XLM. */
            readonly priceStroops?: number;
            /** @description The price of one unit of the asset, exactly. */
            readonly price: string;
            /** @description Absent if the line is not a whole number of stroops, and in another asset than XLM. */
            readonly amountStroops?: string;
            /** @description What the line costs, exactly. */
            readonly amount: string;
        };
        readonly Billing: {
            /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly agent: string;
            /** @description `postpaid`: usage is billed by a settlement. `prepaid`: its price is drawn from the balance when it is recorded. */
            readonly mode: "postpaid" | "prepaid";
            /** @description What the amounts are in. `XLM` (whose atom is the stroop, 10^-7) is built in. */
            readonly asset: string;
            /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
            readonly overdraft: string;
            readonly lowAt: readonly string[];
            /** @description Where the policy is set. `none`: neither the agent nor its tenant has one. */
            readonly source: "agent" | "tenant" | "none";
        };
        readonly BillingPut: {
            /** @description `postpaid`: usage is billed by a settlement. `prepaid`: its price is drawn from the balance when it is recorded. */
            readonly mode: "postpaid" | "prepaid";
            /** @description How far below 0 usage and holds may take the available amount. */
            readonly overdraft?: string;
            /** @description Levels of the available amount: an event `balance.low` is sent when it falls to a level or below. */
            readonly lowAt?: readonly string[];
            /** @description The asset of `overdraft` and `lowAt`; XLM without it. */
            readonly asset?: string;
        };
        readonly BillingTotal: {
            /** @description What is outstanding in XLM. */
            readonly totalStroops: string;
            /** @description Of that: of services that are disabled. */
            readonly disabledStroops: string;
            /** @description Credits that are left in XLM, of all accounts. */
            readonly creditStroops: string;
            /** @description Sent with all digits, also beyond 2^53. */
            readonly unpricedRequests: number;
            /** @description The same in each other asset of which a service was used. Absent if there is none. */
            readonly otherAssets?: readonly {
                /** @description What the amounts are in. `XLM` (whose atom is the stroop, 10^-7) is built in. */
                readonly asset: string;
                /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
                readonly total: string;
                /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
                readonly disabled: string;
                /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
                readonly credit: string;
            }[];
        };
        readonly CallerSeen: {
            /** @description `anonymous`: without a key, in development mode. `tenant`: by an API key. `admin`: by the admin key. */
            readonly kind: "anonymous" | "tenant" | "admin";
            /** @description The tenant whose books the caller reads and writes. Null: the admin, who has not named a tenant. */
            readonly tenant: string | null;
            /** @description The prefix of the API key. */
            readonly keyPrefix: string | null;
            /** @description What the key may do: `read`; `record` usage; `settle`, reverse and write off; `manage` services, prices and webhooks. */
            readonly scopes: readonly ("read" | "record" | "settle" | "manage")[];
            /** @description Null: the key is bound to no agent. */
            readonly agent: string | null;
            /** @description Null: the key is bound to no service. */
            readonly serviceId: string | null;
            /** @description Null: the key may be used from everywhere. */
            readonly allowedAddresses: readonly string[] | null;
        };
        readonly CaptureRequest: {
            /** @description The actual usage; it may be more or less than was held. Or send a `quantity`. */
            readonly requests?: number;
            /** @description How many units were consumed, as a decimal string: above 0, at most 10^12, with at most as many places as the `unitScale` of the service. */
            readonly quantity?: string;
            /** @description The event's own identity, unique in its tenant for ever: 1-128 visible ASCII characters. */
            readonly id?: string;
            readonly occurredAt?: string;
            readonly metadata?: components["schemas"]["UsageMetadata"];
        };
        readonly Changelog: {
            readonly entries: readonly {
                readonly version: string;
                /** @description Null: not released yet. */
                readonly date: string | null;
                readonly notes: readonly string[];
            }[];
        };
        /** @description Omitted settings do not change; `null` restores the value that was configured at start. */
        readonly ConfigChange: {
            readonly bulkMaxItems?: number | null;
            readonly rateLimitPerMinute?: number | null;
            readonly rateLimitPerWindow?: number | null;
            readonly rateLimitWindowMs?: number | null;
        };
        readonly ConfigChanged: {
            readonly config: {
                /** @description The most items of one bulk of usage. */
                readonly bulkMaxItems: number;
                /** @description The same as `rateLimitPerWindow`; `null` where the window is not a minute. */
                readonly rateLimitPerMinute: number | null;
                /** @description The cost that each tenant may spend in a window of `rateLimitWindowMs`; 0 is no limit. */
                readonly rateLimitPerWindow: number;
                /** @description The window of the rate limit, in milliseconds: a minute unless it is set, from a second to a day. */
                readonly rateLimitWindowMs: number;
            };
            /** @description The time within which every instance applies a change. */
            readonly effectiveWithinMs: number;
        };
        readonly CountedLimit: {
            /** @description Names the limit in its tenant: letters, digits, '.', '_' and '-'. */
            readonly name: string;
            readonly agent: ("*" | string) | null;
            readonly serviceId: string | null;
            readonly apiKeyPrefix: string | null;
            /** @description Fixed windows, in UTC. Each begins with nothing used. */
            readonly window: "minute" | "hour" | "day" | "month" | "lifetime";
            readonly max: {
                /** @description A number of requests (or tokens, or units), as a decimal string with at most six decimal places. */
                readonly quantity?: string;
                /** @description Instead of `quantity`: the exact cost that usage of services in the asset may reach. Usage in other assets, and usage that has no price yet, does not count. */
                readonly amount?: string;
                /** @description The asset of `amount`; XLM without it. */
                readonly asset?: string;
            };
            /** @description `refuse`: usage beyond the limit is refused with `limit_reached`. `notify`: it is only reported. */
            readonly action: "refuse" | "notify";
            /** @description Parts of `max` at which an event `limit.reached` is written, once in each window. Without it: 1 for `notify`, none for `refuse`. */
            readonly notifyAt: readonly number[];
            /** @description Usage from before it is not counted. */
            readonly countsSince: string;
            readonly counters: readonly {
                /** @description Null: the only counter of the limit. */
                readonly agent: string | null;
                readonly windowStart: string;
                /** @description Null for `lifetime`. */
                readonly windowEnd: string | null;
                /** @description Use in the current window, including open holds. */
                readonly used: string;
                /** @description What can still be used in the current window. */
                readonly left: string;
            }[];
            /** @description Send it as `cursor` for the next page; null after the last one. */
            readonly nextCursor: string | null;
            /** @description Whether there are more items now. It can be true for a short page, if a filter matches few items. */
            readonly hasMore: boolean;
        };
        readonly DeepHealth: {
            readonly status: "ok" | "paused";
            readonly uptimeSeconds: number;
            readonly memory: {
                readonly rssMb: number;
                readonly heapUsedMb: number;
            };
            readonly pid: number;
            /** @description The version of Node. */
            readonly node: string;
            /** @description A page of the checks, by their names. */
            readonly checks: readonly {
                readonly name: string;
                /** @constant */
                readonly status: "ok";
                readonly detail: {
                    readonly [key: string]: unknown;
                };
            }[];
            readonly checksTotal: number;
            readonly nextChecksCursor: string | null;
            readonly readMs: number;
            readonly writeMs: number;
            readonly queuedItems: number;
            readonly inFlightItems: number;
            readonly durability: {
                readonly engine: "sqlite" | "postgres";
                /** @description Settings in force where this instance writes, such as `synchronous` (2 is FULL) or `fsync`. */
                readonly settings: {
                    readonly [key: string]: string;
                };
                /** @description How often the file was opened: once at the start, and again after a fault. */
                readonly openings?: number;
            };
        };
        readonly DefaultBilling: {
            /** @description `postpaid`: usage is billed by a settlement. `prepaid`: its price is drawn from the balance when it is recorded. */
            readonly mode: "postpaid" | "prepaid";
            /** @description What the amounts are in. `XLM` (whose atom is the stroop, 10^-7) is built in. */
            readonly asset: string;
            /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
            readonly overdraft: string;
            readonly lowAt: readonly string[];
            /** @description Where the policy is set. `none`: neither the agent nor its tenant has one. */
            readonly source: "agent" | "tenant" | "none";
        };
        readonly Delivery: {
            /** @description An id that this server gave. */
            readonly eventId: string;
            readonly type: components["schemas"]["EventType"];
            readonly state: "pending" | "delivered" | "failed";
            /** @description Attempts since the delivery was last requested. */
            readonly attempts: number;
            readonly nextAttemptAt: string | null;
            readonly lastAttempt: {
                readonly at: string;
                /** @description `delivered`: a 2xx. `gone`: a 410. `refused`: another status. `timed_out`: no answer in time. `unreachable`: no connection. `forbidden_target`: an address or protocol that the server does not connect to. `unproven`: a 2xx that does not echo the challenge. `unreadable_secret`: the server lacks the key of the signing secret. `missing_event`: the event is not in the books. After `gone`, `unreadable_secret` and `missing_event` the delivery is `failed` at once. */
                readonly outcome: "delivered" | "gone" | "refused" | "timed_out" | "unreachable" | "forbidden_target" | "unproven" | "unreadable_secret" | "missing_event";
                readonly status: number | null;
            } | null;
        };
        readonly DeliveryList: {
            readonly items: readonly components["schemas"]["Delivery"][];
            /** @description Send it as `cursor`: it continues the list, also after its last page and for an empty list. */
            readonly nextCursor: string;
            /** @description Whether there are more items now. It can be true for a short page, if a filter matches few items. */
            readonly hasMore: boolean;
        };
        readonly DisabledPatch: {
            readonly disabled: boolean;
        };
        readonly Entry: {
            /** @description An id that this server gave. */
            readonly id: string;
            /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly agent: string;
            /** @description What is consumed: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly serviceId: string;
            readonly sequence: number;
            /** @description Below 0: a reversal. 0: a write-off of a credit. */
            readonly requests: number;
            /** @description The same in units, with all decimal places. Only where the service has a `unitScale`; `requests` counts the smallest parts then. */
            readonly quantity?: string;
            readonly priceVersion: number | null;
            readonly usageId: string | null;
            readonly occurredAt: string | null;
            readonly recordedAt: string;
            readonly metadata?: components["schemas"]["UsageMetadata"];
            /** @description The amount that was drawn from the prepaid balance for it; for a reversal the returned amount, below 0. Absent if there is none. */
            readonly drawn?: string;
            readonly reverses?: {
                readonly entryId: string | null;
                readonly from: number;
                readonly through: number;
                readonly reason: string | null;
                readonly lines: readonly {
                    readonly priceVersion: number | null;
                    readonly requests: number;
                    /** @description If the price has tiers: how much was taken back of each. */
                    readonly tiers?: readonly components["schemas"]["TierPart"][];
                }[];
            };
            readonly writesOff?: {
                readonly kind: "write_off" | "paid_out";
                /** @description In stroops; absent in another asset than XLM. */
                readonly stroops?: string;
                /** @description In another asset than XLM; absent in XLM. */
                readonly amount?: string;
                readonly reason: string;
            };
            /** @description If the price has tiers: how much of it is in each. */
            readonly tiers?: readonly components["schemas"]["TierPart"][];
            /** @description The asset of the amounts, if there are some and they are not in XLM. */
            readonly asset?: string;
        };
        readonly EntryExported: {
            readonly items: readonly components["schemas"]["KnownEntry"][];
        };
        readonly EntryList: {
            readonly items: readonly components["schemas"]["KnownEntry"][];
            /** @description Send it as `cursor`: it continues the list, also after its last page and for an empty list. */
            readonly nextCursor: string;
            /** @description Whether there are more items now. It can be true for a short page, if a filter matches few items. */
            readonly hasMore: boolean;
        };
        readonly ErrorBody: {
            readonly error: string;
            readonly message: string;
            readonly requestId: string;
            readonly faults?: readonly {
                readonly pointer: string;
                readonly message: string;
            }[];
        } & {
            readonly [key: string]: unknown;
        };
        /** @enum {string} */
        readonly ErrorCode: "invalid_request" | "invalid_idempotency_key" | "idempotency_key_required" | "idempotency_key_in_future" | "unauthorized" | "insufficient_balance" | "forbidden" | "insufficient_scope" | "address_not_allowed" | "not_found" | "unknown_tenant" | "not_seen" | "method_not_allowed" | "request_timeout" | "idempotency_conflict" | "usage_id_conflict" | "grant_id_conflict" | "asset_conflict" | "hold_id_conflict" | "hold_ended" | "service_disabled" | "service_deleted" | "service_has_outstanding_usage" | "already_reversed" | "not_reversible" | "no_credit" | "idempotency_key_expired" | "quote_changed" | "grant_changed" | "payload_too_large" | "unsupported_media_type" | "limit_exceeded" | "invalid_quantity" | "service_in_use" | "unknown_asset" | "asset_mismatch" | "service_unpriced" | "bulk_rejected" | "event_too_old" | "event_in_future" | "rate_limited" | "limit_reached" | "quota_exceeded" | "headers_too_large" | "internal_error" | "storage_unavailable" | "outcome_unknown" | "overloaded" | "api_key_exists" | "webhook_disabled" | "service_paused" | "shutting_down";
        readonly ErrorCodeRow: {
            readonly code: string;
            readonly status: number;
            readonly title: string;
            readonly advice: string;
            readonly retry: "same_request" | "after_fixing" | "do_not_retry";
        };
        readonly EventList: {
            /** @description How many events match `since` and `type`, counted among the first 10,000 entries, settlements and other events each. Absent if the first request of the list had an `order`. */
            readonly total?: number;
            readonly items: readonly {
                /** @description An id that this server gave. */
                readonly id: string;
                readonly type: components["schemas"]["EventType"];
                readonly timestamp: string;
                /** @description What happened: an entry, a settlement, a service. */
                readonly data: Record<string, unknown>;
                /** @description `timestamp` in milliseconds since the epoch. */
                readonly ts: number;
                /** @description The same as `data`; of usage and reversals also `total`, the outstanding requests of the account after it. */
                readonly payload: Record<string, unknown>;
            }[];
            /** @description Send it as `cursor`. If the first request of the list had an `order`, it continues the list, also after the last page; otherwise it is null after the last page. */
            readonly nextCursor: string | null;
            /** @description Whether there are more items now. It can be true for a short page, if a filter matches few items. */
            readonly hasMore: boolean;
            /** @description Send it as `cursor` to follow the list: it gives the events after the newest one of this page, oldest first. Absent if the first request of the list had an `order`: `nextCursor` continues it. */
            readonly followCursor?: string;
        };
        readonly EventSummary: {
            readonly since: string;
            readonly total: number;
            readonly counts: {
                readonly "usage.recorded": number;
                readonly "usage.reversed": number;
                readonly "usage.settled": number;
                readonly "credit.written_off": number;
                readonly "service.registered": number;
                readonly "service.changed": number;
                readonly "service.disabled": number;
                readonly "service.enabled": number;
                readonly "service.deleted": number;
                readonly "limit.reached": number;
                readonly "balance.granted": number;
                readonly "balance.low": number;
                readonly "balance.exhausted": number;
                readonly "grant.expired": number;
                readonly "hold.created": number;
                readonly "hold.captured": number;
                readonly "hold.released": number;
                readonly "hold.lapsed": number;
                readonly "webhook.test": number;
            };
            /** @description False if there were too many to count all of them. */
            readonly complete: boolean;
        };
        readonly EventType: "usage.recorded" | "usage.reversed" | "usage.settled" | "credit.written_off" | "service.registered" | "service.changed" | "service.disabled" | "service.enabled" | "service.deleted" | "limit.reached" | "balance.granted" | "balance.low" | "balance.exhausted" | "grant.expired" | "hold.created" | "hold.captured" | "hold.released" | "hold.lapsed" | "webhook.test";
        readonly ExpectedStroops: string | number;
        readonly ExportEntriesCsvQuery: {
            /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly agent?: string;
            /** @description What is consumed: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly serviceId?: string;
            /** @description Recorded at this moment or later. */
            readonly from?: string;
            /** @description Recorded before this moment. */
            readonly to?: string;
            /** @description Occurred at this moment or later. */
            readonly occurredFrom?: string;
            /** @description Occurred before this moment. */
            readonly occurredTo?: string;
            /** @description Covered by this settlement. */
            readonly settlementId?: string;
            /** @description Recorded under this usage id: one entry at most. */
            readonly usageId?: string;
            /** @description Only entries with this metadata: a name, a colon, and the whole value. */
            readonly metadata?: string;
        };
        readonly ExportEntriesJsonQuery: {
            /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly agent?: string;
            /** @description What is consumed: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly serviceId?: string;
            /** @description Recorded at this moment or later. */
            readonly from?: string;
            /** @description Recorded before this moment. */
            readonly to?: string;
            /** @description Occurred at this moment or later. */
            readonly occurredFrom?: string;
            /** @description Occurred before this moment. */
            readonly occurredTo?: string;
            /** @description Covered by this settlement. */
            readonly settlementId?: string;
            /** @description Recorded under this usage id: one entry at most. */
            readonly usageId?: string;
            /** @description Only entries with this metadata: a name, a colon, and the whole value. */
            readonly metadata?: string;
        };
        readonly ExportSettlementsCsvQuery: {
            /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly agent?: string;
            /** @description What is consumed: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly serviceId?: string;
            /** @description Settled at this moment or later. */
            readonly from?: string;
            /** @description Settled before this moment. */
            readonly to?: string;
            /** @description Names a run of bills, such as those of a month: letters, digits and . _ - : */
            readonly runId?: string;
        };
        readonly ExportStatementCsvQuery: {
            /** @description The beginning; if omitted, the beginning of the books. */
            readonly from?: string;
            /** @description The end, which is not included; if omitted, a millisecond from now. */
            readonly to?: string;
            /** @description XLM without it. */
            readonly asset?: string;
        };
        readonly ExtendRequest: {
            /**
             * @description The milliseconds after which it lapses, unless it was captured or released: at most 7 days.
             * @default 600000
             */
            readonly expiresInMs: number;
        };
        readonly Grant: {
            /** @description Its name, or an id that this server gave. */
            readonly id: string;
            /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly agent: string;
            /** @description What the amounts are in. `XLM` (whose atom is the stroop, 10^-7) is built in. */
            readonly asset: string;
            /** @description Its place in its balance, counted from 1. */
            readonly number: number;
            /** @description `refund`: what a reversal returned, or money that was refunded with a reason. */
            readonly kind: "grant" | "refund";
            /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
            readonly amount: string;
            /** @description -1 for a refund, which is used first. */
            readonly priority: number;
            readonly expiresAt: string | null;
            readonly note: string | null;
            /** @description Of what a reversal returned: the reversal. */
            readonly reversalId: string | null;
            readonly grantedAt: string;
            /** @description The amount that may still be used, including the part that holds reserve. */
            readonly left: string;
            /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
            readonly held: string;
            /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
            readonly drawn: string;
            /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
            readonly voided: string;
            /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
            readonly expired: string;
        };
        readonly GrantList: {
            readonly items: readonly components["schemas"]["Grant"][];
            /** @description Send it as `cursor`: it continues the list, also after its last page and for an empty list. */
            readonly nextCursor: string;
            /** @description Whether there are more items now. It can be true for a short page, if a filter matches few items. */
            readonly hasMore: boolean;
        };
        readonly GrantMade: {
            /** @description Its name, or an id that this server gave. */
            readonly id: string;
            /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly agent: string;
            /** @description What the amounts are in. `XLM` (whose atom is the stroop, 10^-7) is built in. */
            readonly asset: string;
            /** @description Its place in its balance, counted from 1. */
            readonly number: number;
            /** @description `refund`: what a reversal returned, or money that was refunded with a reason. */
            readonly kind: "grant" | "refund";
            /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
            readonly amount: string;
            /** @description -1 for a refund, which is used first. */
            readonly priority: number;
            readonly expiresAt: string | null;
            readonly note: string | null;
            /** @description Of what a reversal returned: the reversal. */
            readonly reversalId: string | null;
            readonly grantedAt: string;
            /** @description The amount that may still be used, including the part that holds reserve. */
            readonly left: string;
            /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
            readonly held: string;
            /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
            readonly drawn: string;
            /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
            readonly voided: string;
            /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
            readonly expired: string;
            /** @description The amount that may still be drawn or held, not counting the overdraft; below 0 if the overdraft is in use. */
            readonly available: string;
        };
        readonly GrantRequest: {
            /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
            readonly amount: string;
            /** @description What the amounts are in. `XLM` (whose atom is the stroop, 10^-7) is built in. */
            readonly asset?: string;
            /** @description When it expires: what is left of it can then no longer be used. */
            readonly expiresAt?: string;
            /**
             * @description Grants of a lower priority are used first.
             * @default 100
             */
            readonly priority?: number;
            readonly note?: string;
            /** @description Names the grant for ever, unique in its tenant: 1-128 visible ASCII characters. Without it, the server makes an id. */
            readonly id?: string;
        };
        readonly GrantVoided: {
            /** @description Its name, or an id that this server gave. */
            readonly id: string;
            /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly agent: string;
            /** @description What the amounts are in. `XLM` (whose atom is the stroop, 10^-7) is built in. */
            readonly asset: string;
            /** @description Its place in its balance, counted from 1. */
            readonly number: number;
            /** @description `refund`: what a reversal returned, or money that was refunded with a reason. */
            readonly kind: "grant" | "refund";
            /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
            readonly amount: string;
            /** @description -1 for a refund, which is used first. */
            readonly priority: number;
            readonly expiresAt: string | null;
            readonly note: string | null;
            /** @description Of what a reversal returned: the reversal. */
            readonly reversalId: string | null;
            readonly grantedAt: string;
            /** @description The amount that may still be used, including the part that holds reserve. */
            readonly left: string;
            /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
            readonly held: string;
            /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
            readonly drawn: string;
            /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
            readonly voided: string;
            /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
            readonly expired: string;
            /** @description The amount that may still be drawn or held, not counting the overdraft; below 0 if the overdraft is in use. */
            readonly available: string;
            /** @description What this request took away. */
            readonly voidedNow: string;
        };
        readonly Health: {
            /** @constant */
            readonly status: "ok";
            /** @constant */
            readonly service: "billonce";
        };
        readonly Hold: {
            /** @description Its name, or an id that this server gave. */
            readonly id: string;
            /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly agent: string;
            /** @description What is consumed: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly serviceId: string;
            /** @description What the amounts are in. `XLM` (whose atom is the stroop, 10^-7) is built in. */
            readonly asset: string;
            /** @description What it reserves; of a postpaid agent, what it would cost. */
            readonly amount: string;
            /** @description Null: it was made for an amount. */
            readonly requests: number | null;
            /** @description The same in units, with all decimal places. Only where the service has a `unitScale`; `requests` counts the smallest parts then. */
            readonly quantity?: string;
            /** @description `lapsed`: it was not captured in time. It reserves nothing, and can still be captured. */
            readonly state: "open" | "captured" | "released" | "lapsed";
            readonly createdAt: string;
            readonly expiresAt: string;
            readonly endedAt: string | null;
            /** @description Whether it lapsed, also if it was captured after that. */
            readonly lapsed: boolean;
            /** @description The usage that captured it. */
            readonly entryId: string | null;
            /** @description The cost of the usage that captured it. */
            readonly captured: string | null;
        };
        readonly HoldCaptured: {
            /** @description Its name, or an id that this server gave. */
            readonly id: string;
            /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly agent: string;
            /** @description What is consumed: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly serviceId: string;
            /** @description What the amounts are in. `XLM` (whose atom is the stroop, 10^-7) is built in. */
            readonly asset: string;
            /** @description What it reserves; of a postpaid agent, what it would cost. */
            readonly amount: string;
            /** @description Null: it was made for an amount. */
            readonly requests: number | null;
            /** @description The same in units, with all decimal places. Only where the service has a `unitScale`; `requests` counts the smallest parts then. */
            readonly quantity?: string;
            /** @description `lapsed`: it was not captured in time. It reserves nothing, and can still be captured. */
            readonly state: "open" | "captured" | "released" | "lapsed";
            readonly createdAt: string;
            readonly expiresAt: string;
            readonly endedAt: string | null;
            /** @description Whether it lapsed, also if it was captured after that. */
            readonly lapsed: boolean;
            /** @description The usage that captured it. */
            readonly entryId: string | null;
            /** @description The cost of the usage that captured it. */
            readonly captured: string | null;
            /** @description Outstanding requests of the account after this. */
            readonly total: number;
            /** @description What was drawn from the balance; absent if it will be billed. */
            readonly drawn?: string;
            /** @description What is available after it. */
            readonly available?: string;
            /** @constant */
            readonly status?: "duplicate";
        };
        readonly HoldList: {
            readonly items: readonly components["schemas"]["Hold"][];
            /** @description Send it as `cursor` for the next page; null after the last one. */
            readonly nextCursor: string | null;
            /** @description Whether there are more items now. It can be true for a short page, if a filter matches few items. */
            readonly hasMore: boolean;
        };
        readonly HoldMade: {
            /** @description Its name, or an id that this server gave. */
            readonly id: string;
            /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly agent: string;
            /** @description What is consumed: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly serviceId: string;
            /** @description What the amounts are in. `XLM` (whose atom is the stroop, 10^-7) is built in. */
            readonly asset: string;
            /** @description What it reserves; of a postpaid agent, what it would cost. */
            readonly amount: string;
            /** @description Null: it was made for an amount. */
            readonly requests: number | null;
            /** @description The same in units, with all decimal places. Only where the service has a `unitScale`; `requests` counts the smallest parts then. */
            readonly quantity?: string;
            /** @description `lapsed`: it was not captured in time. It reserves nothing, and can still be captured. */
            readonly state: "open" | "captured" | "released" | "lapsed";
            readonly createdAt: string;
            readonly expiresAt: string;
            readonly endedAt: string | null;
            /** @description Whether it lapsed, also if it was captured after that. */
            readonly lapsed: boolean;
            /** @description The usage that captured it. */
            readonly entryId: string | null;
            /** @description The cost of the usage that captured it. */
            readonly captured: string | null;
            /** @description What is available after it. */
            readonly available: string;
        };
        readonly HoldRequest: {
            /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly agent: string;
            /** @description What is consumed: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly serviceId: string;
            /** @description Reserve the current cost of this many requests. Or send a `quantity` or an `amount`. */
            readonly requests?: number;
            /** @description How many units were consumed, as a decimal string: above 0, at most 10^12, with at most as many places as the `unitScale` of the service. */
            readonly quantity?: string;
            /** @description Reserve this amount. Or send `requests` or a `quantity`. */
            readonly amount?: string;
            /**
             * @description The milliseconds after which it lapses, unless it was captured or released: at most 7 days.
             * @default 600000
             */
            readonly expiresInMs?: number;
            /** @description Names the hold for ever, unique in its tenant: 1-128 visible ASCII characters. Without it, the server makes an id. */
            readonly id?: string;
        };
        readonly KeyState: {
            readonly state: "remembered" | "tombstone";
            readonly firstSeenAt: string;
            readonly method: string;
            readonly path: string;
            readonly status?: number;
            readonly location?: string;
            readonly expiresAt: string;
            /** @description Retries with the key, as this instance has counted them in memory since `since`. Requests to other instances, and requests before a restart, are not included. */
            readonly retries: {
                /** @description Earlier retries are not counted. It is the start of the instance, or later if many other keys were retried since. */
                readonly since: string;
                /** @description Retries that got the first answer. */
                readonly replayed: number;
                /** @description Other requests with the key, which were refused. */
                readonly conflict: number;
                /** @description Retries that were refused because the answer is gone. */
                readonly expired: number;
                /** @description The last of them, the newest first. */
                readonly last: readonly {
                    readonly at: string;
                    readonly outcome: "replayed" | "conflict" | "expired";
                }[];
            };
        };
        readonly KnownEntry: {
            /** @description An id that this server gave. */
            readonly id: string;
            /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly agent: string;
            /** @description What is consumed: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly serviceId: string;
            readonly sequence: number;
            /** @description Below 0: a reversal. 0: a write-off of a credit. */
            readonly requests: number;
            /** @description The same in units, with all decimal places. Only where the service has a `unitScale`; `requests` counts the smallest parts then. */
            readonly quantity?: string;
            readonly priceVersion: number | null;
            readonly usageId: string | null;
            readonly occurredAt: string | null;
            readonly recordedAt: string;
            readonly metadata?: components["schemas"]["UsageMetadata"];
            /** @description The amount that was drawn from the prepaid balance for it; for a reversal the returned amount, below 0. Absent if there is none. */
            readonly drawn?: string;
            readonly reverses?: {
                readonly entryId: string | null;
                readonly from: number;
                readonly through: number;
                readonly reason: string | null;
                readonly lines: readonly {
                    readonly priceVersion: number | null;
                    readonly requests: number;
                    /** @description If the price has tiers: how much was taken back of each. */
                    readonly tiers?: readonly components["schemas"]["TierPart"][];
                }[];
            };
            readonly writesOff?: {
                readonly kind: "write_off" | "paid_out";
                /** @description In stroops; absent in another asset than XLM. */
                readonly stroops?: string;
                /** @description In another asset than XLM; absent in XLM. */
                readonly amount?: string;
                readonly reason: string;
            };
            /** @description If the price has tiers: how much of it is in each. */
            readonly tiers?: readonly components["schemas"]["TierPart"][];
            /** @description At its price version. Null without a price, in tiers, for a reversal of usage at several prices, if the price is not a whole number of stroops, and in another asset than XLM. */
            readonly priceStroops: number | null;
            /** @description The price of one unit, exactly. Null without a price, in tiers, and for a reversal of usage at several prices. */
            readonly price: string | null;
            /** @description What it adds to a bill; below 0 for a reversal. Null while its service has no price, if it is not a whole number of stroops, and in another asset than XLM. */
            readonly amountStroops: string | null;
            /** @description What it adds to a bill, exactly. Null while its service has no price. */
            readonly amount: string | null;
            /** @description What the amounts are in. `XLM` (whose atom is the stroop, 10^-7) is built in. */
            readonly asset: string;
            /** @description The settlement that covers it. Null while there is none. */
            readonly settlementId: string | null;
            /** @description Whether later entries took back all of it. */
            readonly reversed: boolean;
            /** @description How many of its requests later entries took back. */
            readonly reversedRequests: number;
        };
        readonly Limit: {
            /** @description Names the limit in its tenant: letters, digits, '.', '_' and '-'. */
            readonly name: string;
            readonly agent: ("*" | string) | null;
            readonly serviceId: string | null;
            readonly apiKeyPrefix: string | null;
            /** @description Fixed windows, in UTC. Each begins with nothing used. */
            readonly window: "minute" | "hour" | "day" | "month" | "lifetime";
            readonly max: {
                /** @description A number of requests (or tokens, or units), as a decimal string with at most six decimal places. */
                readonly quantity?: string;
                /** @description Instead of `quantity`: the exact cost that usage of services in the asset may reach. Usage in other assets, and usage that has no price yet, does not count. */
                readonly amount?: string;
                /** @description The asset of `amount`; XLM without it. */
                readonly asset?: string;
            };
            /** @description `refuse`: usage beyond the limit is refused with `limit_reached`. `notify`: it is only reported. */
            readonly action: "refuse" | "notify";
            /** @description Parts of `max` at which an event `limit.reached` is written, once in each window. Without it: 1 for `notify`, none for `refuse`. */
            readonly notifyAt: readonly number[];
            /** @description Usage from before it is not counted. */
            readonly countsSince: string;
        };
        readonly LimitList: {
            readonly items: readonly components["schemas"]["Limit"][];
            /** @description Send it as `cursor` for the next page; null after the last one. */
            readonly nextCursor: string | null;
            /** @description Whether there are more items now. It can be true for a short page, if a filter matches few items. */
            readonly hasMore: boolean;
        };
        readonly LimitPut: {
            /** @description The agent whose usage counts. `*`: each agent has a separate counter. If omitted: all agents together. */
            readonly agent?: "*" | string;
            /** @description If omitted: the usage of all services together. */
            readonly serviceId?: string;
            /** @description Counts usage that this API key sends. If omitted: usage of all keys. */
            readonly apiKeyPrefix?: string;
            /** @description Fixed windows, in UTC. Each begins with nothing used. */
            readonly window: "minute" | "hour" | "day" | "month" | "lifetime";
            readonly max: {
                /** @description A number of requests (or tokens, or units), as a decimal string with at most six decimal places. */
                readonly quantity?: string;
                /** @description Instead of `quantity`: the exact cost that usage of services in the asset may reach. Usage in other assets, and usage that has no price yet, does not count. */
                readonly amount?: string;
                /** @description The asset of `amount`; XLM without it. */
                readonly asset?: string;
            };
            /** @description `refuse`: usage beyond the limit is refused with `limit_reached`. `notify`: it is only reported. */
            readonly action: "refuse" | "notify";
            /** @description Parts of `max` at which an event `limit.reached` is written, once in each window. Without it: 1 for `notify`, none for `refuse`. */
            readonly notifyAt?: readonly number[];
        };
        readonly ListActsQuery: {
            /** @description What was done. `api_key.expires`: a rotation gave a key an end. */
            readonly action?: "api_key.created" | "api_key.expires" | "api_key.revoked" | "asset.registered" | "service.registered" | "service.changed" | "service.deleted" | "limit.set" | "limit.deleted" | "webhook.created" | "webhook.changed" | "webhook.deleted" | "usage.reversed" | "credit.written_off" | "balance.granted" | "grant.voided" | "billing.changed" | "server.paused" | "server.unpaused" | "settings.changed";
            /** @description Who did it: `admin`, `anonymous`, `server`, or the prefix of an API key. */
            readonly actor?: string;
            /** @description What it was done to. */
            readonly subject?: string;
            /** @description Done at this moment or later. */
            readonly from?: string;
            /** @description Done before this moment. */
            readonly to?: string;
            /** @description Opaque: `nextCursor` of the previous page. */
            readonly cursor?: string;
            /**
             * @description The most items of the answer. A fraction is cut off, a value out of bounds is brought within them, and a value that is not a number counts as 100.
             * @default 100
             */
            readonly limit?: number;
        };
        readonly ListAgentLimitsQuery: {
            /** @description Opaque: `nextCursor` of the previous page. */
            readonly cursor?: string;
            /**
             * @description The most items of the answer. A fraction is cut off, a value out of bounds is brought within them, and a value that is not a number counts as 1000.
             * @default 1000
             */
            readonly limit?: number;
        };
        readonly ListAgentTotalsQuery: {
            /** @description A part of the id, in upper or lower case. */
            readonly q?: string;
            /** @description `agent` (the default): by name. `outstanding`: agents that owe most first. `available`: agents with a balance, the lowest first. The last two give one page of at most `limit` agents. */
            readonly sort?: "agent" | "outstanding" | "available";
            /** @description The asset of the amounts that are sorted by; XLM without it. */
            readonly asset?: string;
            /** @description Opaque: `nextCursor` of the previous page. */
            readonly cursor?: string;
            /**
             * @description The most items of the answer. A fraction is cut off, a value out of bounds is brought within them, and a value that is not a number counts as 100.
             * @default 100
             */
            readonly limit?: number;
        };
        readonly ListAgentsQuery: {
            /** @description Opaque: `nextCursor` of the previous page. */
            readonly cursor?: string;
            /**
             * @description The most items of the answer. A fraction is cut off, a value out of bounds is brought within them, and a value that is not a number counts as 100.
             * @default 100
             */
            readonly limit?: number;
        };
        readonly ListApiKeysQuery: {
            /** @description Opaque: `nextCursor` of the previous page. */
            readonly cursor?: string;
            /**
             * @description How many items to leave out. With `cursor` it has no effect. Items that are added or removed meanwhile shift the pages; a cursor avoids this.
             * @default 0
             */
            readonly offset?: number;
            /**
             * @description The most items of the answer. A fraction is cut off, a value out of bounds is brought within them, and a value that is not a number counts as 1000.
             * @default 1000
             */
            readonly limit?: number;
            /** @description Whether revoked keys are listed, too. */
            readonly includeRevoked?: "true" | "false";
        };
        readonly ListAssetsQuery: {
            /** @description Opaque: `nextCursor` of the previous page. */
            readonly cursor?: string;
            /**
             * @description The most items of the answer. A fraction is cut off, a value out of bounds is brought within them, and a value that is not a number counts as 101.
             * @default 101
             */
            readonly limit?: number;
        };
        readonly ListDeliveriesQuery: {
            /** @description Opaque: `nextCursor` of the previous page. */
            readonly cursor?: string;
            /**
             * @description The most items of the answer. A fraction is cut off, a value out of bounds is brought within them, and a value that is not a number counts as 100.
             * @default 100
             */
            readonly limit?: number;
        };
        readonly ListEntriesQuery: {
            /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly agent?: string;
            /** @description What is consumed: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly serviceId?: string;
            /** @description Recorded at this moment or later. */
            readonly from?: string;
            /** @description Recorded before this moment. */
            readonly to?: string;
            /** @description Occurred at this moment or later. */
            readonly occurredFrom?: string;
            /** @description Occurred before this moment. */
            readonly occurredTo?: string;
            /** @description Covered by this settlement. */
            readonly settlementId?: string;
            /** @description Recorded under this usage id: one entry at most. */
            readonly usageId?: string;
            /** @description Only entries with this metadata: a name, a colon, and the whole value. */
            readonly metadata?: string;
            /** @description Opaque: `nextCursor` of the previous page. */
            readonly cursor?: string;
            /**
             * @description The most items of the answer. A fraction is cut off, a value out of bounds is brought within them, and a value that is not a number counts as 100.
             * @default 100
             */
            readonly limit?: number;
        };
        readonly ListEventsQuery: {
            /** @description From this moment on: a timestamp, or milliseconds since the epoch. Another value is ignored. */
            readonly since?: string;
            /** @description Only events of this type. A type that does not exist has none. */
            readonly type?: string;
            /** @description Oldest or newest first. Send it to follow the list: `nextCursor` is then never null. If omitted, a list with `since` is oldest first, and a list without it newest first. */
            readonly order?: "asc" | "desc";
            /** @description Opaque: `nextCursor` of the previous page. */
            readonly cursor?: string;
            /**
             * @description The most items of the answer. A fraction is cut off, a value out of bounds is brought within them, and a value that is not a number counts as 100.
             * @default 100
             */
            readonly limit?: number;
        };
        readonly ListGrantsQuery: {
            /** @description XLM without it. */
            readonly asset?: string;
            /** @description Opaque: `nextCursor` of the previous page. */
            readonly cursor?: string;
            /**
             * @description The most items of the answer. A fraction is cut off, a value out of bounds is brought within them, and a value that is not a number counts as 100.
             * @default 100
             */
            readonly limit?: number;
        };
        readonly ListHoldsQuery: {
            /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly agent?: string;
            /** @description `lapsed`: it was not captured in time. It reserves nothing, and can still be captured. */
            readonly state?: "open" | "captured" | "released" | "lapsed";
            /** @description Opaque: `nextCursor` of the previous page. */
            readonly cursor?: string;
            /**
             * @description The most items of the answer. A fraction is cut off, a value out of bounds is brought within them, and a value that is not a number counts as 100.
             * @default 100
             */
            readonly limit?: number;
        };
        readonly ListLimitsQuery: {
            /** @description Opaque: `nextCursor` of the previous page. */
            readonly cursor?: string;
            /**
             * @description The most items of the answer. A fraction is cut off, a value out of bounds is brought within them, and a value that is not a number counts as 1000.
             * @default 1000
             */
            readonly limit?: number;
        };
        readonly ListMovementsQuery: {
            /** @description XLM without it. */
            readonly asset?: string;
            /** @description Opaque: `nextCursor` of the previous page. */
            readonly cursor?: string;
            /**
             * @description The most items of the answer. A fraction is cut off, a value out of bounds is brought within them, and a value that is not a number counts as 100.
             * @default 100
             */
            readonly limit?: number;
        };
        readonly ListPricesQuery: {
            /** @description Opaque: `nextCursor` of the previous page. */
            readonly cursor?: string;
            /**
             * @description The most items of the answer. A fraction is cut off, a value out of bounds is brought within them, and a value that is not a number counts as 100.
             * @default 100
             */
            readonly limit?: number;
        };
        readonly ListServiceAgentsQuery: {
            /** @description Opaque: `nextCursor` of the previous page. */
            readonly cursor?: string;
            /**
             * @description The most items of the answer. A fraction is cut off, a value out of bounds is brought within them, and a value that is not a number counts as 1000.
             * @default 1000
             */
            readonly limit?: number;
        };
        readonly ListServicesQuery: {
            /** @description How the id begins. */
            readonly prefix?: string;
            /** @description A part of the id, in upper or lower case. */
            readonly q?: string;
            /** @description Only services that are disabled (`true`) or that are not (`false`). Another value is ignored. */
            readonly disabled?: "true" | "false";
            /** @description A price in stroops. It may be written like any number: `1e3`. A value that is not an integer is ignored. */
            readonly minPrice?: number;
            /** @description A price in stroops. It may be written like any number: `1e3`. A value that is not an integer is ignored. */
            readonly maxPrice?: number;
            /** @description Opaque: `nextCursor` of the previous page. */
            readonly cursor?: string;
            /**
             * @description The most items of the answer. A fraction is cut off, a value out of bounds is brought within them, and a value that is not a number counts as 200.
             * @default 200
             */
            readonly limit?: number;
        };
        readonly ListSettlementEntriesQuery: {
            /** @description Opaque: `nextCursor` of the previous page. */
            readonly cursor?: string;
            /**
             * @description The most items of the answer. A fraction is cut off, a value out of bounds is brought within them, and a value that is not a number counts as 100.
             * @default 100
             */
            readonly limit?: number;
        };
        readonly ListSettlementsQuery: {
            /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly agent?: string;
            /** @description What is consumed: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly serviceId?: string;
            /** @description Settled at this moment or later. */
            readonly from?: string;
            /** @description Settled before this moment. */
            readonly to?: string;
            /** @description Names a run of bills, such as those of a month: letters, digits and . _ - : */
            readonly runId?: string;
            /** @description Opaque: `nextCursor` of the previous page. */
            readonly cursor?: string;
            /**
             * @description The most items of the answer. A fraction is cut off, a value out of bounds is brought within them, and a value that is not a number counts as 100.
             * @default 100
             */
            readonly limit?: number;
        };
        readonly ListWebhooksQuery: {
            /** @description Opaque: `nextCursor` of the previous page. */
            readonly cursor?: string;
            /**
             * @description How many items to leave out. With `cursor` it has no effect. Items that are added or removed meanwhile shift the pages; a cursor avoids this.
             * @default 0
             */
            readonly offset?: number;
            /**
             * @description The most items of the answer. A fraction is cut off, a value out of bounds is brought within them, and a value that is not a number counts as 100.
             * @default 100
             */
            readonly limit?: number;
        };
        readonly MetadataPut: {
            readonly description: string;
            readonly owner: string;
        };
        readonly MovementList: {
            /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly agent: string;
            /** @description What the amounts are in. `XLM` (whose atom is the stroop, 10^-7) is built in. */
            readonly asset: string;
            readonly items: readonly {
                /** @description Its place in its balance, counted from 1 without gaps. */
                readonly number: number;
                /** @description `covered`: a grant pays for an earlier overdraft; the available amount does not change. */
                readonly kind: "granted" | "refunded" | "drawn" | "covered" | "held" | "released" | "expired" | "voided";
                /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
                readonly amount: string;
                /** @description What was available after it. */
                readonly available: string;
                /** @description Null for the part of an overdraft. */
                readonly grantId: string | null;
                /** @description The usage that was drawn, or the reversal that was refunded. */
                readonly entryId: string | null;
                readonly holdId: string | null;
                /** @description When it took effect. An expiry may be recorded later than it took effect. */
                readonly at: string;
                readonly recordedAt: string;
            }[];
            /** @description Send it as `cursor`: it continues the list, also after its last page and for an empty list. */
            readonly nextCursor: string;
            /** @description Whether there are more items now. It can be true for a short page, if a filter matches few items. */
            readonly hasMore: boolean;
        };
        readonly OpenApiDocument: {
            readonly openapi: string;
        } & {
            readonly [key: string]: unknown;
        };
        readonly Paused: {
            readonly paused: boolean;
            /** @description The time within which every instance applies a change. */
            readonly effectiveWithinMs: number;
        };
        /** @description Absent if nothing was drawn from a prepaid balance. */
        readonly Prepaid: {
            /** @description What the usage of the bill costs. */
            readonly cost: string;
            /** @description What of that was drawn from the prepaid balance. */
            readonly paid: string;
            /** @description The amount left to pay: usage that was not drawn, less the carried credit. Equal to `amount`. */
            readonly due: string;
        };
        readonly PriceList: {
            readonly items: readonly {
                readonly version: number;
                /** @description The price of one unit in stroops; absent if it is not a whole number of them, and in another asset than XLM. */
                readonly priceStroops?: number;
                /** @description The price of `per` units, as a decimal string: exact to 10^-12 of the asset for one unit. With `tiers`, that of the first of them. */
                readonly price: string;
                /** @description For how many units the price is. */
                readonly per: 1 | 1000 | 1000000;
                /** @description What the amounts are in. `XLM` (whose atom is the stroop, 10^-7) is built in. */
                readonly asset: string;
                /** @description Instead of a price: the usage of an account in a period is divided into tiers, and each part costs the price of its tier. */
                readonly tiers?: readonly {
                    /** @description The quantity of the period at which the tier ends, in units. The last tier has none. */
                    readonly upTo?: number;
                    /** @description The price of `per` units, or of one package. */
                    readonly price: string;
                    /** @description The price is for packages of this many units; a started package is charged in full. */
                    readonly package?: number;
                }[];
                /** @description With `tiers`: the period, in UTC, over which they count. */
                readonly period?: "day" | "month" | "lifetime";
                readonly setAt: string;
                /** @description The date of a price that was set with one. */
                readonly effectiveFrom?: string;
                /** @description When the price was cancelled, or got another version, before its date. */
                readonly withdrawnAt?: string;
            }[];
            /** @description Send it as `cursor`: it continues the list, also after its last page and for an empty list. */
            readonly nextCursor: string;
            /** @description Whether there are more items now. It can be true for a short page, if a filter matches few items. */
            readonly hasMore: boolean;
        };
        readonly PricePatch: {
            /** @description Price of one unit in stroops (10^-7 XLM), for a service in XLM. Or send a `price`. */
            readonly priceStroops?: number;
            /** @description The price of `per` units, as a decimal string: exact to 10^-12 of the asset for one unit. */
            readonly price?: string;
            /** @description For how many units the price is. */
            readonly per?: 1 | 1000 | 1000000;
            /** @description Instead of a price: the usage of an account in a period is divided into tiers, and each part costs the price of its tier. */
            readonly tiers?: readonly {
                /** @description The quantity of the period at which the tier ends, in units. The last tier has none. */
                readonly upTo?: number;
                /** @description The price of `per` units, or of one package. */
                readonly price: string;
                /** @description The price is for packages of this many units; a started package is charged in full. */
                readonly package?: number;
            }[];
            /** @description With `tiers`: the period, in UTC, over which they count. */
            readonly period?: "day" | "month" | "lifetime";
            /** @description When the price takes effect: in the future, at most 731 days ahead. Until then the current price stays in force. If omitted, now. */
            readonly effectiveFrom?: string;
        };
        readonly PrintStatementQuery: {
            /** @description The beginning; if omitted, the beginning of the books. */
            readonly from?: string;
            /** @description The end, which is not included; if omitted, a millisecond from now. */
            readonly to?: string;
            /** @description XLM without it. */
            readonly asset?: string;
        };
        readonly ProblemBody: {
            /** @description The page of the code. */
            readonly type: string;
            readonly title: string;
            readonly status: number;
            readonly detail: string;
            readonly code: string;
            readonly requestId: string;
        } & {
            readonly [key: string]: unknown;
        };
        readonly Quote: {
            /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly agent: string;
            /** @description What is consumed: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly serviceId: string;
            readonly requests: number;
            /** @description The same in units, with all decimal places. Only where the service has a `unitScale`; `requests` counts the smallest parts then. */
            readonly quantity?: string;
            /** @description The price in force now; absent if it is not a whole number of stroops, and in another asset than XLM. */
            readonly priceStroops?: number;
            /** @description The price of one unit in force now; where it has tiers, that of the first of them. */
            readonly price: string;
            /** @description What is billed in stroops; absent in another asset than XLM. */
            readonly billedStroops?: string;
            /** @description What is billed. In XLM the same as `billedStroops`. */
            readonly amount: string;
            /** @description What the amounts are in. `XLM` (whose atom is the stroop, 10^-7) is built in. */
            readonly asset: string;
            readonly lines: readonly components["schemas"]["BillLine"][];
            /** @description The last entry that this quote counts. */
            readonly through: number;
            /** @description Credit from the previous settlement, in stroops: 0 or below. Absent in another asset than XLM. */
            readonly carriedStroops?: string;
            /** @description `carriedStroops` in another asset than XLM; absent in XLM. */
            readonly carried?: string;
            /** @description The part below one atom of the asset (a stroop in XLM) that the previous settlement left; it is billed with this one. */
            readonly remainder: string;
            /** @description What a settlement now would leave below an atom of the asset. */
            readonly remainderOn: string;
            readonly prepaid?: components["schemas"]["Prepaid"];
            /** @description The credit that is left, in stroops: what a settlement now could not bill. The bill is then 0. Absent in another asset than XLM. */
            readonly creditStroops?: string;
            /** @description `creditStroops` in another asset than XLM; absent in XLM. */
            readonly credit?: string;
            /** @description With `recordedBefore`: requests recorded before that moment that this quote leaves out, because usage up to them was reversed later. A later bill includes them. */
            readonly leftOutRequests?: number;
        };
        readonly ReadAgentQuoteQuery: {
            /** @description Opaque: `nextCursor` of the previous page. */
            readonly cursor?: string;
            /**
             * @description The most items of the answer. A fraction is cut off, a value out of bounds is brought within them, and a value that is not a number counts as 100.
             * @default 100
             */
            readonly limit?: number;
        };
        readonly ReadAgentUsageQuery: {
            /** @description Opaque: `nextCursor` of the previous page. */
            readonly cursor?: string;
            /**
             * @description The most items of the answer. A fraction is cut off, a value out of bounds is brought within them, and a value that is not a number counts as 1000.
             * @default 1000
             */
            readonly limit?: number;
        };
        readonly ReadAllowanceQuery: {
            /** @description What is consumed: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly serviceId?: string;
            /** @description How many requests (or tokens, or units) were consumed. Or send a `quantity`. */
            readonly requests?: number;
            /** @description How many units were consumed, as a decimal string: above 0, at most 10^12, with at most as many places as the `unitScale` of the service. */
            readonly quantity?: string;
        };
        readonly ReadBalanceQuery: {
            /** @description XLM without it. */
            readonly asset?: string;
        };
        readonly ReadConfigQuery: {
            /** @description Opaque: `nextCursor` of the previous page. */
            readonly cursor?: string;
            /**
             * @description The most items of the answer. A fraction is cut off, a value out of bounds is brought within them, and a value that is not a number counts as 4.
             * @default 4
             */
            readonly limit?: number;
        };
        readonly ReadDeepHealthQuery: {
            /** @description Opaque: `nextCursor` of the previous page. */
            readonly cursor?: string;
            /**
             * @description The most items of the answer. A fraction is cut off, a value out of bounds is brought within them, and a value that is not a number counts as 10.
             * @default 10
             */
            readonly limit?: number;
        };
        readonly ReadLimitQuery: {
            /** @description Opaque: `nextCursor` of the previous page. */
            readonly cursor?: string;
            /**
             * @description The most items of the answer. A fraction is cut off, a value out of bounds is brought within them, and a value that is not a number counts as 100.
             * @default 100
             */
            readonly limit?: number;
        };
        readonly ReadQuoteQuery: {
            /** @description Quote only usage that was recorded before this moment, such as the end of a month. If usage was reversed later, it and all entries after it are left out. */
            readonly recordedBefore?: string;
        };
        readonly ReadStatementQuery: {
            /** @description The beginning; if omitted, the beginning of the books. */
            readonly from?: string;
            /** @description The end, which is not included; if omitted, a millisecond from now. */
            readonly to?: string;
            /** @description XLM without it. */
            readonly asset?: string;
        };
        readonly Ready: {
            /** @constant */
            readonly ready: true;
        };
        readonly ReconcileRequest: {
            /** @description Each names either its `id` or its `key`. */
            readonly items: readonly {
                /** @description The event's own identity, unique in its tenant for ever: 1-128 visible ASCII characters. */
                readonly id?: string;
                /** @description The Idempotency-Key of a `POST /usage`, without quotes. */
                readonly key?: string;
                /** @description How many requests (or tokens, or units) were consumed. */
                readonly requests: number;
            }[];
        };
        readonly ReconcileResults: {
            readonly results: readonly {
                readonly index: number;
                /** @description `missing` may still arrive. */
                readonly status: "matched" | "missing" | "different";
                /** @description An id that this server gave. */
                readonly entryId?: string;
                /** @description What was recorded, when it differs. */
                readonly requests?: number;
            }[];
        };
        readonly RecordUsageBulkQuery: {
            /**
             * @description If true, one refused item refuses the whole bulk; a duplicate does not.
             * @constant
             */
            readonly mode?: "atomic";
        };
        readonly RefundRequest: {
            /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
            readonly amount: string;
            /** @description What the amounts are in. `XLM` (whose atom is the stroop, 10^-7) is built in. */
            readonly asset?: string;
            /** @description Why; the `note` of the grant. */
            readonly reason: string;
            /** @description Names the grant for ever, unique in its tenant: 1-128 visible ASCII characters. Without it, the server makes an id. */
            readonly id?: string;
        };
        readonly RegisteredAsset: {
            /** @description Its code. */
            readonly code: string;
            /** @description The decimal places in which bills in the asset are rounded. */
            readonly scale: number;
            /** @description Whether every tenant has it, as `XLM`. */
            readonly builtIn: boolean;
        };
        readonly ReverseRequest: {
            /** @description Why: 1-256 characters. */
            readonly reason: string;
            /** @description How many of its requests to take back (or of its smallest parts, if the service has a `unitScale`). Without it and without a `quantity`, all that are left. An entry can be taken back in several parts. */
            readonly requests?: number;
            /** @description How many of its units to take back, instead of `requests`. */
            readonly quantity?: string;
        };
        readonly RotateApiKeyQuery: {
            /**
             * @description How long the old key is still accepted, in milliseconds.
             * @default 86400000
             */
            readonly graceMs?: number;
        };
        readonly RotateWebhookSecretQuery: {
            /**
             * @description How long messages are also signed with the old secret, in milliseconds. 0: not at all.
             * @default 86400000
             */
            readonly graceMs?: number;
        };
        readonly RuntimeConfig: {
            readonly config: {
                /** @description The most items of one bulk of usage. */
                readonly bulkMaxItems: number;
                /** @description The same as `rateLimitPerWindow`; `null` where the window is not a minute. */
                readonly rateLimitPerMinute: number | null;
                /** @description The cost that each tenant may spend in a window of `rateLimitWindowMs`; 0 is no limit. */
                readonly rateLimitPerWindow: number;
                /** @description The window of the rate limit, in milliseconds: a minute unless it is set, from a second to a day. */
                readonly rateLimitWindowMs: number;
            };
            /** @description The time within which every instance applies a change. */
            readonly effectiveWithinMs: number;
            /** @description A page of the settings, by their names. */
            readonly items: readonly {
                readonly key: string;
                readonly value: number | null;
            }[];
            readonly total: number;
            /** @description Send it as `cursor` for the next page; null after the last one. */
            readonly nextCursor: string | null;
            /** @description Whether there are more items now. It can be true for a short page, if a filter matches few items. */
            readonly hasMore: boolean;
        };
        readonly Service: {
            /** @description What is consumed: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly serviceId: string;
            /** @description The price of one unit in stroops; absent if it is not a whole number of them, and in another asset than XLM. */
            readonly priceStroops?: number;
            /** @description The price of `per` units, as a decimal string: exact to 10^-12 of the asset for one unit. With `tiers`, that of the first of them. */
            readonly price: string;
            /** @description For how many units the price is. */
            readonly per: 1 | 1000 | 1000000;
            /** @description What the amounts are in. `XLM` (whose atom is the stroop, 10^-7) is built in. */
            readonly asset: string;
            /** @description Instead of a price: the usage of an account in a period is divided into tiers, and each part costs the price of its tier. */
            readonly tiers?: readonly {
                /** @description The quantity of the period at which the tier ends, in units. The last tier has none. */
                readonly upTo?: number;
                /** @description The price of `per` units, or of one package. */
                readonly price: string;
                /** @description The price is for packages of this many units; a started package is charged in full. */
                readonly package?: number;
            }[];
            /** @description With `tiers`: the period, in UTC, over which they count. */
            readonly period?: "day" | "month" | "lifetime";
            /** @description The price that replaces the price in force at its date; absent if there is none. */
            readonly nextPrice?: {
                /** @description The price version of usage that is recorded from then on; it changes if the price in force changes before. */
                readonly version: number;
                /** @description The price of one unit in stroops; absent if it is not a whole number of them, and in another asset than XLM. */
                readonly priceStroops?: number;
                /** @description The price of `per` units, as a decimal string: exact to 10^-12 of the asset for one unit. With `tiers`, that of the first of them. */
                readonly price: string;
                /** @description For how many units the price is. */
                readonly per: 1 | 1000 | 1000000;
                /** @description What the amounts are in. `XLM` (whose atom is the stroop, 10^-7) is built in. */
                readonly asset: string;
                /** @description Instead of a price: the usage of an account in a period is divided into tiers, and each part costs the price of its tier. */
                readonly tiers?: readonly {
                    /** @description The quantity of the period at which the tier ends, in units. The last tier has none. */
                    readonly upTo?: number;
                    /** @description The price of `per` units, or of one package. */
                    readonly price: string;
                    /** @description The price is for packages of this many units; a started package is charged in full. */
                    readonly package?: number;
                }[];
                /** @description With `tiers`: the period, in UTC, over which they count. */
                readonly period?: "day" | "month" | "lifetime";
                readonly effectiveFrom: string;
            };
            readonly disabled: boolean;
            readonly description?: string;
            readonly owner?: string;
            /** @description The name of the counted unit: 1-32 characters. */
            readonly unit?: string;
            /** @description How many decimal places a quantity of the service may have: 0 to 6. It cannot change once usage was recorded. */
            readonly unitScale?: number;
        };
        readonly ServiceAgents: {
            /** @description What is consumed: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly serviceId: string;
            readonly items: readonly {
                /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
                readonly agent: string;
                readonly total: number;
            }[];
            /** @description Send it as `cursor` for the next page; null after the last one. */
            readonly nextCursor: string | null;
            /** @description Whether there are more items now. It can be true for a short page, if a filter matches few items. */
            readonly hasMore: boolean;
        };
        readonly ServiceBulk: {
            /** @description Each as in `POST /services`. */
            readonly items: readonly components["schemas"]["ServicePut"][];
        };
        readonly ServiceBulkResults: {
            readonly results: readonly ({
                readonly index: number;
                /** @constant */
                readonly ok: true;
                /** @description What is consumed: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
                readonly serviceId: string;
                /** @description The price of one unit in stroops; absent if it is not a whole number of them, and in another asset than XLM. */
                readonly priceStroops?: number;
                /** @description The price of `per` units, as a decimal string: exact to 10^-12 of the asset for one unit. With `tiers`, that of the first of them. */
                readonly price: string;
                /** @description For how many units the price is. */
                readonly per: 1 | 1000 | 1000000;
                /** @description What the amounts are in. `XLM` (whose atom is the stroop, 10^-7) is built in. */
                readonly asset: string;
                /** @description Instead of a price: the usage of an account in a period is divided into tiers, and each part costs the price of its tier. */
                readonly tiers?: readonly {
                    /** @description The quantity of the period at which the tier ends, in units. The last tier has none. */
                    readonly upTo?: number;
                    /** @description The price of `per` units, or of one package. */
                    readonly price: string;
                    /** @description The price is for packages of this many units; a started package is charged in full. */
                    readonly package?: number;
                }[];
                /** @description With `tiers`: the period, in UTC, over which they count. */
                readonly period?: "day" | "month" | "lifetime";
                /** @description The price that replaces the price in force at its date; absent if there is none. */
                readonly nextPrice?: {
                    /** @description The price version of usage that is recorded from then on; it changes if the price in force changes before. */
                    readonly version: number;
                    /** @description The price of one unit in stroops; absent if it is not a whole number of them, and in another asset than XLM. */
                    readonly priceStroops?: number;
                    /** @description The price of `per` units, as a decimal string: exact to 10^-12 of the asset for one unit. With `tiers`, that of the first of them. */
                    readonly price: string;
                    /** @description For how many units the price is. */
                    readonly per: 1 | 1000 | 1000000;
                    /** @description What the amounts are in. `XLM` (whose atom is the stroop, 10^-7) is built in. */
                    readonly asset: string;
                    /** @description Instead of a price: the usage of an account in a period is divided into tiers, and each part costs the price of its tier. */
                    readonly tiers?: readonly {
                        /** @description The quantity of the period at which the tier ends, in units. The last tier has none. */
                        readonly upTo?: number;
                        /** @description The price of `per` units, or of one package. */
                        readonly price: string;
                        /** @description The price is for packages of this many units; a started package is charged in full. */
                        readonly package?: number;
                    }[];
                    /** @description With `tiers`: the period, in UTC, over which they count. */
                    readonly period?: "day" | "month" | "lifetime";
                    readonly effectiveFrom: string;
                };
                /** @description False: it was registered before, and is changed. */
                readonly created: boolean;
            } | {
                readonly index: number;
                /** @constant */
                readonly ok: false;
                /** @description Of a `duplicate_in_batch`. */
                readonly serviceId?: string;
                readonly error: string;
                readonly message: string;
            })[];
        };
        readonly ServiceDisabled: {
            /** @description What is consumed: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly serviceId: string;
            readonly disabled: boolean;
        };
        readonly ServiceList: {
            readonly services: readonly components["schemas"]["Service"][];
            /** @description Send it as `cursor` for the next page; null after the last one. */
            readonly nextCursor: string | null;
            /** @description Whether there are more items now. It can be true for a short page, if a filter matches few items. */
            readonly hasMore: boolean;
        };
        readonly ServiceMetadata: {
            /** @description What is consumed: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly serviceId: string;
            readonly description?: string;
            readonly owner?: string;
        };
        readonly ServicePrice: {
            /** @description What is consumed: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly serviceId: string;
            /** @description The price of one unit in stroops; absent if it is not a whole number of them, and in another asset than XLM. */
            readonly priceStroops?: number;
            /** @description The price of `per` units, as a decimal string: exact to 10^-12 of the asset for one unit. With `tiers`, that of the first of them. */
            readonly price: string;
            /** @description For how many units the price is. */
            readonly per: 1 | 1000 | 1000000;
            /** @description What the amounts are in. `XLM` (whose atom is the stroop, 10^-7) is built in. */
            readonly asset: string;
            /** @description Instead of a price: the usage of an account in a period is divided into tiers, and each part costs the price of its tier. */
            readonly tiers?: readonly {
                /** @description The quantity of the period at which the tier ends, in units. The last tier has none. */
                readonly upTo?: number;
                /** @description The price of `per` units, or of one package. */
                readonly price: string;
                /** @description The price is for packages of this many units; a started package is charged in full. */
                readonly package?: number;
            }[];
            /** @description With `tiers`: the period, in UTC, over which they count. */
            readonly period?: "day" | "month" | "lifetime";
            /** @description The price that replaces the price in force at its date; absent if there is none. */
            readonly nextPrice?: {
                /** @description The price version of usage that is recorded from then on; it changes if the price in force changes before. */
                readonly version: number;
                /** @description The price of one unit in stroops; absent if it is not a whole number of them, and in another asset than XLM. */
                readonly priceStroops?: number;
                /** @description The price of `per` units, as a decimal string: exact to 10^-12 of the asset for one unit. With `tiers`, that of the first of them. */
                readonly price: string;
                /** @description For how many units the price is. */
                readonly per: 1 | 1000 | 1000000;
                /** @description What the amounts are in. `XLM` (whose atom is the stroop, 10^-7) is built in. */
                readonly asset: string;
                /** @description Instead of a price: the usage of an account in a period is divided into tiers, and each part costs the price of its tier. */
                readonly tiers?: readonly {
                    /** @description The quantity of the period at which the tier ends, in units. The last tier has none. */
                    readonly upTo?: number;
                    /** @description The price of `per` units, or of one package. */
                    readonly price: string;
                    /** @description The price is for packages of this many units; a started package is charged in full. */
                    readonly package?: number;
                }[];
                /** @description With `tiers`: the period, in UTC, over which they count. */
                readonly period?: "day" | "month" | "lifetime";
                readonly effectiveFrom: string;
            };
        };
        readonly ServicePut: {
            /** @description What is consumed: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly serviceId: string;
            /** @description Price of one unit in stroops (10^-7 XLM), for a service in XLM. Or send a `price`. */
            readonly priceStroops?: number;
            /** @description The price of `per` units, as a decimal string: exact to 10^-12 of the asset for one unit. */
            readonly price?: string;
            /** @description For how many units the price is. */
            readonly per?: 1 | 1000 | 1000000;
            /** @description Instead of a price: the usage of an account in a period is divided into tiers, and each part costs the price of its tier. */
            readonly tiers?: readonly {
                /** @description The quantity of the period at which the tier ends, in units. The last tier has none. */
                readonly upTo?: number;
                /** @description The price of `per` units, or of one package. */
                readonly price: string;
                /** @description The price is for packages of this many units; a started package is charged in full. */
                readonly package?: number;
            }[];
            /** @description With `tiers`: the period, in UTC, over which they count. */
            readonly period?: "day" | "month" | "lifetime";
            /** @description When the price takes effect: in the future, at most 731 days ahead. Until then the current price stays in force. If omitted, now. */
            readonly effectiveFrom?: string;
            readonly description?: string;
            readonly owner?: string;
            /** @description The name of the counted unit: 1-32 characters. */
            readonly unit?: string;
            /** @description How many decimal places a quantity of the service may have: 0 to 6. It cannot change once usage was recorded. */
            readonly unitScale?: number;
            /** @description The asset of the price. It cannot change after the first registration. If omitted, XLM, or the asset of a registered service. */
            readonly asset?: string;
        };
        readonly ServiceRegistered: {
            /** @description What is consumed: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly serviceId: string;
            /** @description The price of one unit in stroops; absent if it is not a whole number of them, and in another asset than XLM. */
            readonly priceStroops?: number;
            /** @description The price of `per` units, as a decimal string: exact to 10^-12 of the asset for one unit. With `tiers`, that of the first of them. */
            readonly price: string;
            /** @description For how many units the price is. */
            readonly per: 1 | 1000 | 1000000;
            /** @description What the amounts are in. `XLM` (whose atom is the stroop, 10^-7) is built in. */
            readonly asset: string;
            /** @description Instead of a price: the usage of an account in a period is divided into tiers, and each part costs the price of its tier. */
            readonly tiers?: readonly {
                /** @description The quantity of the period at which the tier ends, in units. The last tier has none. */
                readonly upTo?: number;
                /** @description The price of `per` units, or of one package. */
                readonly price: string;
                /** @description The price is for packages of this many units; a started package is charged in full. */
                readonly package?: number;
            }[];
            /** @description With `tiers`: the period, in UTC, over which they count. */
            readonly period?: "day" | "month" | "lifetime";
            /** @description The price that replaces the price in force at its date; absent if there is none. */
            readonly nextPrice?: {
                /** @description The price version of usage that is recorded from then on; it changes if the price in force changes before. */
                readonly version: number;
                /** @description The price of one unit in stroops; absent if it is not a whole number of them, and in another asset than XLM. */
                readonly priceStroops?: number;
                /** @description The price of `per` units, as a decimal string: exact to 10^-12 of the asset for one unit. With `tiers`, that of the first of them. */
                readonly price: string;
                /** @description For how many units the price is. */
                readonly per: 1 | 1000 | 1000000;
                /** @description What the amounts are in. `XLM` (whose atom is the stroop, 10^-7) is built in. */
                readonly asset: string;
                /** @description Instead of a price: the usage of an account in a period is divided into tiers, and each part costs the price of its tier. */
                readonly tiers?: readonly {
                    /** @description The quantity of the period at which the tier ends, in units. The last tier has none. */
                    readonly upTo?: number;
                    /** @description The price of `per` units, or of one package. */
                    readonly price: string;
                    /** @description The price is for packages of this many units; a started package is charged in full. */
                    readonly package?: number;
                }[];
                /** @description With `tiers`: the period, in UTC, over which they count. */
                readonly period?: "day" | "month" | "lifetime";
                readonly effectiveFrom: string;
            };
            readonly description?: string;
            readonly owner?: string;
            /** @description The name of the counted unit: 1-32 characters. */
            readonly unit?: string;
            /** @description How many decimal places a quantity of the service may have: 0 to 6. It cannot change once usage was recorded. */
            readonly unitScale?: number;
        };
        readonly ServiceUsage: {
            /** @description What is consumed: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly serviceId: string;
            /** @description Sent with all digits, also beyond 2^53. */
            readonly total: number;
            readonly agents: number;
        };
        readonly SettleBulkRequest: {
            /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly agent: string;
            /** @description Names a run of bills, such as those of a month: letters, digits and . _ - : */
            readonly runId?: string;
        };
        readonly SettleRequest: {
            /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly agent: string;
            /** @description What is consumed: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly serviceId: string;
            /** @description The last entry to bill, from a quote. Refused with `quote_changed` if this entry is already settled, or if a later entry reversed or cleared usage up to it. */
            readonly through?: number;
            readonly expectedStroops?: components["schemas"]["ExpectedStroops"];
            /** @description Instead of `expectedStroops`, for any asset: the `amount` of the quote. */
            readonly expectedAmount?: string;
            /** @description Names a run of bills, such as those of a month: letters, digits and . _ - : */
            readonly runId?: string;
        };
        readonly Settled: {
            /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly agent: string;
            /** @description What is consumed: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly serviceId: string;
            readonly requests: number;
            /** @description The same in units, with all decimal places. Only where the service has a `unitScale`; `requests` counts the smallest parts then. */
            readonly quantity?: string;
            /** @description The price of one unit in stroops; absent if it is not a whole number of them, and in another asset than XLM. */
            readonly priceStroops?: number;
            /** @description The price of one unit of the asset, exactly. */
            readonly price: string;
            /** @description What is billed in stroops; absent in another asset than XLM. */
            readonly billedStroops?: string;
            /** @description What is billed. In XLM the same as `billedStroops`. */
            readonly amount: string;
            /** @description What the amounts are in. `XLM` (whose atom is the stroop, 10^-7) is built in. */
            readonly asset: string;
            /** @description Credit from the previous settlement, in stroops: 0 or below. Absent in another asset than XLM. */
            readonly carriedStroops?: string;
            /** @description `carriedStroops` in another asset than XLM; absent in XLM. */
            readonly carried?: string;
            /** @description The part below one atom of the asset (a stroop in XLM) that the previous settlement left; it is billed with this one. */
            readonly remainder: string;
            /** @description What it left below an atom of the asset, for the next settlement. */
            readonly remainderOn: string;
            readonly prepaid?: components["schemas"]["Prepaid"];
            readonly settlementId: string | null;
            readonly lines: readonly components["schemas"]["BillLine"][];
        };
        readonly SettledBulk: {
            /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly agent: string;
            readonly items: readonly {
                /** @description What is consumed: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
                readonly serviceId: string;
                readonly requests: number;
                /** @description The same in units, with all decimal places. Only where the service has a `unitScale`; `requests` counts the smallest parts then. */
                readonly quantity?: string;
                /** @description The price of one unit in stroops; absent if it is not a whole number of them, and in another asset than XLM. */
                readonly priceStroops?: number;
                /** @description The price of one unit of the asset, exactly. */
                readonly price: string;
                /** @description What is billed in stroops; absent in another asset than XLM. */
                readonly billedStroops?: string;
                /** @description What is billed. In XLM the same as `billedStroops`. */
                readonly amount: string;
                /** @description What the amounts are in. `XLM` (whose atom is the stroop, 10^-7) is built in. */
                readonly asset: string;
                /** @description Credit from the previous settlement, in stroops: 0 or below. Absent in another asset than XLM. */
                readonly carriedStroops?: string;
                /** @description `carriedStroops` in another asset than XLM; absent in XLM. */
                readonly carried?: string;
                /** @description The part below one atom of the asset (a stroop in XLM) that the previous settlement left; it is billed with this one. */
                readonly remainder: string;
                /** @description What it left below an atom of the asset, for the next settlement. */
                readonly remainderOn: string;
                readonly prepaid?: components["schemas"]["Prepaid"];
                readonly settlementId: string | null;
                readonly lines: readonly components["schemas"]["BillLine"][];
            }[];
            /** @description What was billed in XLM. */
            readonly totalBilledStroops: string;
            /** @description What was billed in each other asset. Absent if nothing was. */
            readonly otherAssets?: readonly {
                /** @description What the amounts are in. `XLM` (whose atom is the stroop, 10^-7) is built in. */
                readonly asset: string;
                /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
                readonly totalBilled: string;
            }[];
            readonly skipped: readonly {
                /** @description What is consumed: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
                readonly serviceId: string;
                readonly requests: number;
                /** @constant */
                readonly reason: "unpriced";
            }[];
        };
        readonly Settlement: {
            /** @description An id that this server gave. */
            readonly id: string;
            /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly agent: string;
            /** @description What is consumed: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly serviceId: string;
            readonly number: number;
            /** @description The range is (from, through]. */
            readonly from: number;
            readonly through: number;
            readonly requests: number;
            /** @description The same in units, with all decimal places. Only where the service has a `unitScale`; `requests` counts the smallest parts then. */
            readonly quantity?: string;
            readonly lines: readonly components["schemas"]["BillLine"][];
            /** @description Credit from the previous settlement, in stroops: 0 or below. Absent in another asset than XLM. */
            readonly carriedStroops?: string;
            /** @description `carriedStroops` in another asset than XLM; absent in XLM. */
            readonly carried?: string;
            /** @description The part below one atom of the asset (a stroop in XLM) that the previous settlement left; it is billed with this one. */
            readonly remainder: string;
            readonly prepaid?: components["schemas"]["Prepaid"];
            /** @description Lines, what was carried and the remainder: rounded down, but never below 0. Absent in another asset than XLM. */
            readonly billedStroops?: string;
            /** @description What is billed. In XLM the same as `billedStroops`. */
            readonly amount: string;
            /** @description What the amounts are in. `XLM` (whose atom is the stroop, 10^-7) is built in. */
            readonly asset: string;
            /** @description What the next settlement carries: 0 or below. Absent in another asset than XLM. */
            readonly carriedOnStroops?: string;
            /** @description `carriedOnStroops` in another asset than XLM; absent in XLM. */
            readonly carriedOn?: string;
            /** @description What it left below an atom of the asset, for the next settlement. */
            readonly remainderOn: string;
            readonly settledAt: string;
            /** @description The run that made it. Null: it was made alone. */
            readonly runId: string | null;
        };
        readonly SettlementList: {
            readonly items: readonly components["schemas"]["Settlement"][];
            /** @description Send it as `cursor`: it continues the list, also after its last page and for an empty list. */
            readonly nextCursor: string;
            /** @description Whether there are more items now. It can be true for a short page, if a filter matches few items. */
            readonly hasMore: boolean;
        };
        readonly Statement: {
            /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly agent: string;
            /** @description What the amounts are in. `XLM` (whose atom is the stroop, 10^-7) is built in. */
            readonly asset: string;
            /** @description The beginning: what was recorded at this moment or later. */
            readonly from: string;
            /** @description The end: what was recorded before this moment. */
            readonly to: string;
            readonly opening: {
                /** @description Of the prepaid balance: what may be drawn or held; below 0 for an overdraft. */
                readonly available: string;
                /** @description What was used and is neither drawn from the balance nor on a bill; below 0 for credits. */
                readonly unbilled: string;
            };
            /** @description What was granted, and what expired or was voided, in the order of the balance. */
            readonly grants: readonly {
                readonly kind: "granted" | "refunded" | "expired" | "voided";
                /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
                readonly amount: string;
                readonly grantId: string;
                readonly note: string | null;
                /** @description The reversal that returned it. Null for what was granted, and for a refund in money. */
                readonly entryId: string | null;
                /** @description When it took effect. */
                readonly at: string;
                /** @description The path from which its entries, or itself, can be read. */
                readonly href: string;
            }[];
            /** @description By service, price and tier. */
            readonly usage: readonly {
                /** @description What is consumed: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
                readonly serviceId: string;
                readonly unit: string | null;
                readonly priceVersion: number | null;
                /** @description The tier of the price, from 1. */
                readonly tier?: number;
                /** @description The tier is charged in packages of this many units, and the price is that of one package. */
                readonly package?: number;
                /** @description How many packages are charged. */
                readonly packages?: number;
                /** @description Of one request, one unit, or one package. */
                readonly price: string | null;
                readonly requests: number;
                /** @description The same in units, with all decimal places. Only where the service has a `unitScale`; `requests` counts the smallest parts then. */
                readonly quantity?: string;
                /** @description Null while the service has no price. */
                readonly amount: string | null;
                /** @description Taken back in this period, also usage that was recorded earlier. */
                readonly reversedRequests: number;
                /** @description The same in units, with all decimal places. Only where the service has a `unitScale`; `requests` counts the smallest parts then. */
                readonly reversedQuantity?: string;
                /** @description How many packages were taken back. */
                readonly reversedPackages?: number;
                /** @description Null while the service has no price. */
                readonly reversedAmount: string | null;
                /** @description Its entries follow this entry of the account, */
                readonly afterSequence: number;
                /** @description up to and including this entry. */
                readonly throughSequence: number;
                /** @description The path from which its entries, or itself, can be read. */
                readonly href: string;
            }[];
            /** @description By service, in the order in which they were made. */
            readonly bills: readonly {
                /** @description An id that this server gave. */
                readonly settlementId: string;
                /** @description What is consumed: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
                readonly serviceId: string;
                /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
                readonly amount: string;
                readonly runId: string | null;
                readonly at: string;
                /** @description The path from which its entries, or itself, can be read. */
                readonly href: string;
            }[];
            /** @description Credits that were given up or paid out. */
            readonly writeOffs: readonly {
                /** @description What is consumed: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
                readonly serviceId: string;
                readonly kind: "write_off" | "paid_out";
                /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
                readonly amount: string;
                readonly reason: string;
                readonly sequence: number;
                /** @description The path from which its entries, or itself, can be read. */
                readonly href: string;
            }[];
            /** @description closing.available = opening.available + granted + refunded - drawn - expired - voided - held, and closing.unbilled = opening.unbilled + used - reversed - paid - billed + writtenOff. */
            readonly totals: {
                /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
                readonly granted: string;
                /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
                readonly refunded: string;
                /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
                readonly drawn: string;
                /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
                readonly expired: string;
                /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
                readonly voided: string;
                /** @description Held in this period, less what was released. */
                readonly held: string;
                /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
                readonly used: string;
                /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
                readonly reversed: string;
                /** @description What was drawn for the usage of these services, less what reversals returned. */
                readonly paid: string;
                /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
                readonly billed: string;
                /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
                readonly writtenOff: string;
            };
            readonly closing: {
                /** @description Of the prepaid balance: what may be drawn or held; below 0 for an overdraft. */
                readonly available: string;
                /** @description What was used and is neither drawn from the balance nor on a bill; below 0 for credits. */
                readonly unbilled: string;
            };
        };
        readonly Stats: {
            /** @description Keys of the tenant that are not revoked. */
            readonly totalApiKeys: number;
            readonly totalServices: number;
            readonly uniqueAgents: number;
            readonly accounts: number;
            readonly recordedRequests: number;
            readonly reversedRequests: number;
            readonly settledRequests: number;
            /** @description Those that are outstanding. */
            readonly totalRequests: number;
            /** @description An amount in stroops (10^-7 XLM), as a decimal string. */
            readonly outstandingStroops: string;
            /** @description An amount in stroops (10^-7 XLM), as a decimal string. */
            readonly settledStroops: string;
            readonly totalWebhooks: number;
            /** @description AgentPay's name of `accounts`. */
            readonly usageKeys: number;
            /** @description AgentPay's name of `recordedRequests`. */
            readonly lifetimeRequests: number;
            /** @description AgentPay's name of `settledStroops`. */
            readonly settledStroopsTotal: string;
            readonly settlementsTotal: number;
            /** @description Whether writes are paused by the operator. */
            readonly paused: boolean;
            /** @description What the members in stroops say of XLM, for each other asset of which a service was used. Absent if there is none. */
            readonly otherAssets?: readonly {
                /** @description What the amounts are in. `XLM` (whose atom is the stroop, 10^-7) is built in. */
                readonly asset: string;
                /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
                readonly outstanding: string;
                /** @description An exact amount of the asset, as a decimal string with at most 18 places. */
                readonly settled: string;
            }[];
        };
        readonly SumUsageOverTimeQuery: {
            /** @description The beginning; 24 hours before `to` without it. */
            readonly from?: string;
            /** @description The end; now without it. */
            readonly to?: string;
            /**
             * @description The most items of the answer. A fraction is cut off, a value out of bounds is brought within them, and a value that is not a number counts as 24.
             * @default 24
             */
            readonly spans?: number;
        };
        readonly SummarizeEventsQuery: {
            /** @description From this moment on: a timestamp, or milliseconds since the epoch. */
            readonly since?: string;
        };
        readonly TierPart: {
            /** @description The tier of the price, from 1. */
            readonly tier: number;
            readonly requests: number;
            /** @description The same in units, with all decimal places. Only where the service has a `unitScale`; `requests` counts the smallest parts then. */
            readonly quantity?: string;
            /** @description The tier is charged in packages of this many units, and the price is that of one package. */
            readonly package?: number;
            /** @description How many packages are charged. */
            readonly packages?: number;
            /** @description The price of one unit, or of one package. */
            readonly price: string;
            /** @description An exact amount of the asset; below 0 for an overdraft. */
            readonly amount: string;
        };
        readonly TopAgents: {
            /** @description What is consumed: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly serviceId: string;
            readonly items: readonly {
                /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
                readonly agent: string;
                readonly total: number;
            }[];
        };
        readonly TopAgentsQuery: {
            /**
             * @description The most items of the answer. A fraction is cut off, a value out of bounds is brought within them, and a value that is not a number counts as 10.
             * @default 10
             */
            readonly limit?: number;
        };
        readonly UsageBulk: {
            /** @description Each as in `POST /usage`. */
            readonly items: readonly components["schemas"]["UsageItem"][];
        };
        readonly UsageBulkResults: {
            readonly results: readonly ({
                readonly index: number;
                /** @constant */
                readonly ok: true;
                readonly total: number;
                /** @description The same in units, with all decimal places. Only where the service has a `unitScale`; `requests` counts the smallest parts then. */
                readonly quantity?: string;
                readonly status: "recorded" | "duplicate";
            } | {
                readonly index: number;
                /** @constant */
                readonly ok: false;
                readonly error: string;
                readonly message: string;
            })[];
        };
        readonly UsageExported: {
            /** @description Milliseconds since the epoch, as in AgentPay. */
            readonly exportedAt: number;
            readonly exportedTimestamp: string;
            /** @description Every account with its outstanding requests. */
            readonly items: readonly {
                /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
                readonly agent: string;
                /** @description What is consumed: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
                readonly serviceId: string;
                readonly total: number;
            }[];
        };
        readonly UsageItem: {
            /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly agent: string;
            /** @description What is consumed: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly serviceId: string;
            /** @description How many requests (or tokens, or units) were consumed. Or send a `quantity`. */
            readonly requests?: number;
            /** @description How many units were consumed, as a decimal string: above 0, at most 10^12, with at most as many places as the `unitScale` of the service. */
            readonly quantity?: string;
            /** @description The event's own identity, unique in its tenant for ever: 1-128 visible ASCII characters. */
            readonly id?: string;
            readonly occurredAt?: string;
            readonly metadata?: components["schemas"]["UsageMetadata"];
        };
        /** @description What the usage was for, such as a model: at most 8 texts of at most 128 characters. Names begin with a letter and have at most 40 letters, digits and _ . - */
        readonly UsageMetadata: {
            readonly [key: string]: string;
        };
        readonly UsageOverTime: {
            /** @description Spans of the same length, the oldest first. */
            readonly items: readonly {
                readonly from: string;
                /** @description The end; not part of the span. */
                readonly to: string;
                /** @description Entries of usage. */
                readonly entries: number;
                /** @description Sent with all digits, also beyond 2^53. */
                readonly requests: number;
            }[];
            /** @description False if there were too many entries to add up all of them. */
            readonly complete: boolean;
        };
        readonly UsageRecorded: {
            /** @description Who consumes: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly agent: string;
            /** @description What is consumed: A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; not '.' or '..', no '::'. Percent-encoded in a path. */
            readonly serviceId: string;
            /** @description Outstanding requests of the account after this. */
            readonly total: number;
            /** @description The total in units. Only where the service has a `unitScale`. */
            readonly quantity?: string;
            /** @constant */
            readonly status?: "duplicate";
            /** @description What was drawn from the prepaid balance; absent if it will be billed. */
            readonly drawn?: string;
            /** @description What is available after it. */
            readonly available?: string;
        };
        readonly Version: {
            /** @constant */
            readonly name: "billonce";
            readonly version: string;
        };
        readonly VoidGrantQuery: {
            /** @description The amount that the request should take away: `left` less `held` of the grant. If that amount has changed, nothing is taken away, and the request is refused with `grant_changed`. */
            readonly expectedAmount?: string;
        };
        readonly Webhook: {
            /** @description An id that this server gave. */
            readonly id: string;
            /** @description The URL to which events are delivered. An API key without the scope `manage` sees only its origin, because the rest may contain a secret. */
            readonly url: string;
            /** @description The types of event to deliver; `*` is every type. */
            readonly events: readonly (components["schemas"]["EventType"] | "*")[];
            readonly disabled: boolean;
            /** @description `by_request`: a request disabled it. `gone`: the receiver answered 410. `failing`: 50 attempts in a row failed, over 5 days or more. `unproven`: the receiver has not echoed the challenge yet. `PATCH` with `"disabled": false` enables it unless it is `unproven`, and pending deliveries continue. */
            readonly disabledReason: "by_request" | "gone" | "failing" | "unproven" | null;
            /** @description When it was disabled. */
            readonly disabledAt: string | null;
            /** @description Whether the receiver has to prove that it wants the messages (`WEBHOOK_OWNERSHIP_PROOF`). While it is `pending`, only `webhook.test` is delivered: the answer to it must be a 2xx that is `data.challenge`, alone or as `{"challenge":"…"}`. */
            readonly ownership: "not_required" | "pending" | "proven";
            /** @description Attempts that failed since the last delivery that succeeded. */
            readonly failures: number;
            /** @description When the first of these attempts failed. */
            readonly failingSince: string | null;
            /** @description Milliseconds since the epoch, as in AgentPay. */
            readonly createdAt: number;
            readonly createdTimestamp: string;
            /** @description Until when messages are also signed with the previous secret. */
            readonly formerSecretUntil: string | null;
        };
        readonly WebhookChange: {
            /** @description The URL to which events are delivered: https, a public address, at most 2,048 characters. http where the operator allows it. */
            readonly url?: string;
            /** @description The types of event to deliver; `*` is every type. A type that is sent twice is stored once. */
            readonly events?: readonly (components["schemas"]["EventType"] | "*")[];
            readonly disabled?: boolean;
        };
        readonly WebhookCreate: {
            /** @description The URL to which events are delivered: https, a public address, at most 2,048 characters. http where the operator allows it. */
            readonly url: string;
            /** @description The types of event to deliver; `*` is every type. A type that is sent twice is stored once. */
            readonly events: readonly (components["schemas"]["EventType"] | "*")[];
        };
        readonly WebhookCreated: {
            /** @description An id that this server gave. */
            readonly id: string;
            /** @description The URL to which events are delivered. An API key without the scope `manage` sees only its origin, because the rest may contain a secret. */
            readonly url: string;
            /** @description The types of event to deliver; `*` is every type. */
            readonly events: readonly (components["schemas"]["EventType"] | "*")[];
            readonly disabled: boolean;
            /** @description `by_request`: a request disabled it. `gone`: the receiver answered 410. `failing`: 50 attempts in a row failed, over 5 days or more. `unproven`: the receiver has not echoed the challenge yet. `PATCH` with `"disabled": false` enables it unless it is `unproven`, and pending deliveries continue. */
            readonly disabledReason: "by_request" | "gone" | "failing" | "unproven" | null;
            /** @description When it was disabled. */
            readonly disabledAt: string | null;
            /** @description Whether the receiver has to prove that it wants the messages (`WEBHOOK_OWNERSHIP_PROOF`). While it is `pending`, only `webhook.test` is delivered: the answer to it must be a 2xx that is `data.challenge`, alone or as `{"challenge":"…"}`. */
            readonly ownership: "not_required" | "pending" | "proven";
            /** @description Attempts that failed since the last delivery that succeeded. */
            readonly failures: number;
            /** @description When the first of these attempts failed. */
            readonly failingSince: string | null;
            /** @description Milliseconds since the epoch, as in AgentPay. */
            readonly createdAt: number;
            readonly createdTimestamp: string;
            /** @description Until when messages are also signed with the previous secret. */
            readonly formerSecretUntil: string | null;
            /** @description The signing secret (Standard Webhooks), shown once. */
            readonly secret: string;
        };
        readonly WebhookList: {
            readonly items: readonly components["schemas"]["Webhook"][];
            /** @description All webhooks of the tenant. */
            readonly total: number;
            /** @description Send it as `cursor` for the next page; null after the last one. */
            readonly nextCursor: string | null;
            /** @description Whether there are more items now. It can be true for a short page, if a filter matches few items. */
            readonly hasMore: boolean;
        };
        readonly WebhookTested: {
            /** @description The webhook. */
            readonly id: string;
            /** @description The event is not delivered yet: the deliveries of the webhook report the result. */
            readonly deliveredAt: null;
            /** @constant */
            readonly simulated: false;
            /** @description An id that this server gave. */
            readonly eventId: string;
            readonly type: components["schemas"]["EventType"];
            readonly state: "pending" | "delivered" | "failed";
            /** @description Attempts since the delivery was last requested. */
            readonly attempts: number;
            readonly nextAttemptAt: string | null;
            readonly lastAttempt: {
                readonly at: string;
                /** @description `delivered`: a 2xx. `gone`: a 410. `refused`: another status. `timed_out`: no answer in time. `unreachable`: no connection. `forbidden_target`: an address or protocol that the server does not connect to. `unproven`: a 2xx that does not echo the challenge. `unreadable_secret`: the server lacks the key of the signing secret. `missing_event`: the event is not in the books. After `gone`, `unreadable_secret` and `missing_event` the delivery is `failed` at once. */
                readonly outcome: "delivered" | "gone" | "refused" | "timed_out" | "unreachable" | "forbidden_target" | "unproven" | "unreadable_secret" | "missing_event";
                readonly status: number | null;
            } | null;
        };
        readonly WriteOffRequest: {
            /** @description Why: 1-256 characters. */
            readonly reason: string;
            /** @description `write_off`: the credit is given up (the default). `paid_out`: the agent was paid outside. */
            readonly kind?: "write_off" | "paid_out";
            readonly expectedStroops?: components["schemas"]["ExpectedStroops"];
            /** @description Instead of `expectedStroops`, for any asset: the `amount` of the quote. */
            readonly expectedAmount?: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type AccountCleared = components['schemas']['AccountCleared'];
export type AccountTotal = components['schemas']['AccountTotal'];
export type Activity = components['schemas']['Activity'];
export type AdminStatus = components['schemas']['AdminStatus'];
export type AgentLimitList = components['schemas']['AgentLimitList'];
export type AgentList = components['schemas']['AgentList'];
export type AgentQuote = components['schemas']['AgentQuote'];
export type AgentTotal = components['schemas']['AgentTotal'];
export type AgentTotals = components['schemas']['AgentTotals'];
export type AgentUsage = components['schemas']['AgentUsage'];
export type Allowance = components['schemas']['Allowance'];
export type ApiKeyCreate = components['schemas']['ApiKeyCreate'];
export type ApiKeyCreated = components['schemas']['ApiKeyCreated'];
export type ApiKeyList = components['schemas']['ApiKeyList'];
export type ApiKeyRotated = components['schemas']['ApiKeyRotated'];
export type AssetList = components['schemas']['AssetList'];
export type AssetPut = components['schemas']['AssetPut'];
export type Audit = components['schemas']['Audit'];
export type AuditLog = components['schemas']['AuditLog'];
export type Balance = components['schemas']['Balance'];
export type BillLine = components['schemas']['BillLine'];
export type Billing = components['schemas']['Billing'];
export type BillingPut = components['schemas']['BillingPut'];
export type BillingTotal = components['schemas']['BillingTotal'];
export type CallerSeen = components['schemas']['CallerSeen'];
export type CaptureRequest = components['schemas']['CaptureRequest'];
export type Changelog = components['schemas']['Changelog'];
export type ConfigChange = components['schemas']['ConfigChange'];
export type ConfigChanged = components['schemas']['ConfigChanged'];
export type CountedLimit = components['schemas']['CountedLimit'];
export type DeepHealth = components['schemas']['DeepHealth'];
export type DefaultBilling = components['schemas']['DefaultBilling'];
export type Delivery = components['schemas']['Delivery'];
export type DeliveryList = components['schemas']['DeliveryList'];
export type DisabledPatch = components['schemas']['DisabledPatch'];
export type Entry = components['schemas']['Entry'];
export type EntryExported = components['schemas']['EntryExported'];
export type EntryList = components['schemas']['EntryList'];
export type ErrorBody = components['schemas']['ErrorBody'];
export type ErrorCode = components['schemas']['ErrorCode'];
export type ErrorCodeRow = components['schemas']['ErrorCodeRow'];
export type EventList = components['schemas']['EventList'];
export type EventSummary = components['schemas']['EventSummary'];
export type EventType = components['schemas']['EventType'];
export type ExpectedStroops = components['schemas']['ExpectedStroops'];
export type ExportEntriesCsvQuery = components['schemas']['ExportEntriesCsvQuery'];
export type ExportEntriesJsonQuery = components['schemas']['ExportEntriesJsonQuery'];
export type ExportSettlementsCsvQuery = components['schemas']['ExportSettlementsCsvQuery'];
export type ExportStatementCsvQuery = components['schemas']['ExportStatementCsvQuery'];
export type ExtendRequest = components['schemas']['ExtendRequest'];
export type Grant = components['schemas']['Grant'];
export type GrantList = components['schemas']['GrantList'];
export type GrantMade = components['schemas']['GrantMade'];
export type GrantRequest = components['schemas']['GrantRequest'];
export type GrantVoided = components['schemas']['GrantVoided'];
export type Health = components['schemas']['Health'];
export type Hold = components['schemas']['Hold'];
export type HoldCaptured = components['schemas']['HoldCaptured'];
export type HoldList = components['schemas']['HoldList'];
export type HoldMade = components['schemas']['HoldMade'];
export type HoldRequest = components['schemas']['HoldRequest'];
export type KeyState = components['schemas']['KeyState'];
export type KnownEntry = components['schemas']['KnownEntry'];
export type Limit = components['schemas']['Limit'];
export type LimitList = components['schemas']['LimitList'];
export type LimitPut = components['schemas']['LimitPut'];
export type ListActsQuery = components['schemas']['ListActsQuery'];
export type ListAgentLimitsQuery = components['schemas']['ListAgentLimitsQuery'];
export type ListAgentTotalsQuery = components['schemas']['ListAgentTotalsQuery'];
export type ListAgentsQuery = components['schemas']['ListAgentsQuery'];
export type ListApiKeysQuery = components['schemas']['ListApiKeysQuery'];
export type ListAssetsQuery = components['schemas']['ListAssetsQuery'];
export type ListDeliveriesQuery = components['schemas']['ListDeliveriesQuery'];
export type ListEntriesQuery = components['schemas']['ListEntriesQuery'];
export type ListEventsQuery = components['schemas']['ListEventsQuery'];
export type ListGrantsQuery = components['schemas']['ListGrantsQuery'];
export type ListHoldsQuery = components['schemas']['ListHoldsQuery'];
export type ListLimitsQuery = components['schemas']['ListLimitsQuery'];
export type ListMovementsQuery = components['schemas']['ListMovementsQuery'];
export type ListPricesQuery = components['schemas']['ListPricesQuery'];
export type ListServiceAgentsQuery = components['schemas']['ListServiceAgentsQuery'];
export type ListServicesQuery = components['schemas']['ListServicesQuery'];
export type ListSettlementEntriesQuery = components['schemas']['ListSettlementEntriesQuery'];
export type ListSettlementsQuery = components['schemas']['ListSettlementsQuery'];
export type ListWebhooksQuery = components['schemas']['ListWebhooksQuery'];
export type MetadataPut = components['schemas']['MetadataPut'];
export type MovementList = components['schemas']['MovementList'];
export type OpenApiDocument = components['schemas']['OpenApiDocument'];
export type Paused = components['schemas']['Paused'];
export type Prepaid = components['schemas']['Prepaid'];
export type PriceList = components['schemas']['PriceList'];
export type PricePatch = components['schemas']['PricePatch'];
export type PrintStatementQuery = components['schemas']['PrintStatementQuery'];
export type ProblemBody = components['schemas']['ProblemBody'];
export type Quote = components['schemas']['Quote'];
export type ReadAgentQuoteQuery = components['schemas']['ReadAgentQuoteQuery'];
export type ReadAgentUsageQuery = components['schemas']['ReadAgentUsageQuery'];
export type ReadAllowanceQuery = components['schemas']['ReadAllowanceQuery'];
export type ReadBalanceQuery = components['schemas']['ReadBalanceQuery'];
export type ReadConfigQuery = components['schemas']['ReadConfigQuery'];
export type ReadDeepHealthQuery = components['schemas']['ReadDeepHealthQuery'];
export type ReadLimitQuery = components['schemas']['ReadLimitQuery'];
export type ReadQuoteQuery = components['schemas']['ReadQuoteQuery'];
export type ReadStatementQuery = components['schemas']['ReadStatementQuery'];
export type Ready = components['schemas']['Ready'];
export type ReconcileRequest = components['schemas']['ReconcileRequest'];
export type ReconcileResults = components['schemas']['ReconcileResults'];
export type RecordUsageBulkQuery = components['schemas']['RecordUsageBulkQuery'];
export type RefundRequest = components['schemas']['RefundRequest'];
export type RegisteredAsset = components['schemas']['RegisteredAsset'];
export type ReverseRequest = components['schemas']['ReverseRequest'];
export type RotateApiKeyQuery = components['schemas']['RotateApiKeyQuery'];
export type RotateWebhookSecretQuery = components['schemas']['RotateWebhookSecretQuery'];
export type RuntimeConfig = components['schemas']['RuntimeConfig'];
export type Service = components['schemas']['Service'];
export type ServiceAgents = components['schemas']['ServiceAgents'];
export type ServiceBulk = components['schemas']['ServiceBulk'];
export type ServiceBulkResults = components['schemas']['ServiceBulkResults'];
export type ServiceDisabled = components['schemas']['ServiceDisabled'];
export type ServiceList = components['schemas']['ServiceList'];
export type ServiceMetadata = components['schemas']['ServiceMetadata'];
export type ServicePrice = components['schemas']['ServicePrice'];
export type ServicePut = components['schemas']['ServicePut'];
export type ServiceRegistered = components['schemas']['ServiceRegistered'];
export type ServiceUsage = components['schemas']['ServiceUsage'];
export type SettleBulkRequest = components['schemas']['SettleBulkRequest'];
export type SettleRequest = components['schemas']['SettleRequest'];
export type Settled = components['schemas']['Settled'];
export type SettledBulk = components['schemas']['SettledBulk'];
export type Settlement = components['schemas']['Settlement'];
export type SettlementList = components['schemas']['SettlementList'];
export type Statement = components['schemas']['Statement'];
export type Stats = components['schemas']['Stats'];
export type SumUsageOverTimeQuery = components['schemas']['SumUsageOverTimeQuery'];
export type SummarizeEventsQuery = components['schemas']['SummarizeEventsQuery'];
export type TierPart = components['schemas']['TierPart'];
export type TopAgents = components['schemas']['TopAgents'];
export type TopAgentsQuery = components['schemas']['TopAgentsQuery'];
export type UsageBulk = components['schemas']['UsageBulk'];
export type UsageBulkResults = components['schemas']['UsageBulkResults'];
export type UsageExported = components['schemas']['UsageExported'];
export type UsageItem = components['schemas']['UsageItem'];
export type UsageMetadata = components['schemas']['UsageMetadata'];
export type UsageOverTime = components['schemas']['UsageOverTime'];
export type UsageRecorded = components['schemas']['UsageRecorded'];
export type Version = components['schemas']['Version'];
export type VoidGrantQuery = components['schemas']['VoidGrantQuery'];
export type Webhook = components['schemas']['Webhook'];
export type WebhookChange = components['schemas']['WebhookChange'];
export type WebhookCreate = components['schemas']['WebhookCreate'];
export type WebhookCreated = components['schemas']['WebhookCreated'];
export type WebhookList = components['schemas']['WebhookList'];
export type WebhookTested = components['schemas']['WebhookTested'];
export type WriteOffRequest = components['schemas']['WriteOffRequest'];

/** The parts of each operation; `undefined` where it has none. */
export interface Operations {
  readonly recordUsage: {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: UsageItem;
    readonly success: UsageRecorded;
  };
  readonly recordUsageBulk: {
    readonly params: undefined;
    readonly query: RecordUsageBulkQuery;
    readonly body: UsageBulk;
    readonly success: UsageBulkResults;
  };
  readonly readAccount: {
    readonly params: { readonly agent: string; readonly serviceId: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly success: AccountTotal;
  };
  readonly clearAccount: {
    readonly params: { readonly agent: string; readonly serviceId: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly success: AccountCleared;
  };
  readonly exportUsageJson: {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly success: UsageExported;
  };
  readonly exportUsageCsv: {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly success: string;
  };
  readonly listEntries: {
    readonly params: undefined;
    readonly query: ListEntriesQuery;
    readonly body: undefined;
    readonly success: EntryList;
  };
  readonly readEntry: {
    readonly params: { readonly id: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly success: KnownEntry;
  };
  readonly exportEntriesJson: {
    readonly params: undefined;
    readonly query: ExportEntriesJsonQuery;
    readonly body: undefined;
    readonly success: EntryExported;
  };
  readonly exportEntriesCsv: {
    readonly params: undefined;
    readonly query: ExportEntriesCsvQuery;
    readonly body: undefined;
    readonly success: string;
  };
  readonly reverseEntry: {
    readonly params: { readonly id: string };
    readonly query: undefined;
    readonly body: ReverseRequest;
    readonly success: Entry;
  };
  readonly reconcile: {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: ReconcileRequest;
    readonly success: ReconcileResults;
  };
  readonly readQuote: {
    readonly params: { readonly agent: string; readonly serviceId: string };
    readonly query: ReadQuoteQuery;
    readonly body: undefined;
    readonly success: Quote;
  };
  readonly readAgentQuote: {
    readonly params: { readonly agent: string };
    readonly query: ReadAgentQuoteQuery;
    readonly body: undefined;
    readonly success: AgentQuote;
  };
  readonly readBillingTotal: {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly success: BillingTotal;
  };
  readonly settle: {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: SettleRequest;
    readonly success: Settled;
  };
  readonly settleBulk: {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: SettleBulkRequest;
    readonly success: SettledBulk;
  };
  readonly listSettlements: {
    readonly params: undefined;
    readonly query: ListSettlementsQuery;
    readonly body: undefined;
    readonly success: SettlementList;
  };
  readonly readSettlement: {
    readonly params: { readonly id: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly success: Settlement;
  };
  readonly listSettlementEntries: {
    readonly params: { readonly id: string };
    readonly query: ListSettlementEntriesQuery;
    readonly body: undefined;
    readonly success: EntryList;
  };
  readonly exportSettlementsCsv: {
    readonly params: undefined;
    readonly query: ExportSettlementsCsvQuery;
    readonly body: undefined;
    readonly success: string;
  };
  readonly writeOffCredit: {
    readonly params: { readonly agent: string; readonly serviceId: string };
    readonly query: undefined;
    readonly body: WriteOffRequest;
    readonly success: Entry;
  };
  readonly putAsset: {
    readonly params: { readonly assetCode: string };
    readonly query: undefined;
    readonly body: AssetPut;
    readonly success: RegisteredAsset;
  };
  readonly readAsset: {
    readonly params: { readonly assetCode: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly success: RegisteredAsset;
  };
  readonly listAssets: {
    readonly params: undefined;
    readonly query: ListAssetsQuery;
    readonly body: undefined;
    readonly success: AssetList;
  };
  readonly createGrant: {
    readonly params: { readonly agent: string };
    readonly query: undefined;
    readonly body: GrantRequest;
    readonly success: GrantMade;
  };
  readonly listGrants: {
    readonly params: { readonly agent: string };
    readonly query: ListGrantsQuery;
    readonly body: undefined;
    readonly success: GrantList;
  };
  readonly createRefund: {
    readonly params: { readonly agent: string };
    readonly query: undefined;
    readonly body: RefundRequest;
    readonly success: GrantMade;
  };
  readonly readGrant: {
    readonly params: { readonly agent: string; readonly grantId: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly success: Grant;
  };
  readonly voidGrant: {
    readonly params: { readonly agent: string; readonly grantId: string };
    readonly query: VoidGrantQuery;
    readonly body: undefined;
    readonly success: GrantVoided;
  };
  readonly readBalance: {
    readonly params: { readonly agent: string };
    readonly query: ReadBalanceQuery;
    readonly body: undefined;
    readonly success: Balance;
  };
  readonly listMovements: {
    readonly params: { readonly agent: string };
    readonly query: ListMovementsQuery;
    readonly body: undefined;
    readonly success: MovementList;
  };
  readonly readBilling: {
    readonly params: { readonly agent: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly success: Billing;
  };
  readonly putBilling: {
    readonly params: { readonly agent: string };
    readonly query: undefined;
    readonly body: BillingPut;
    readonly success: Billing;
  };
  readonly deleteBilling: {
    readonly params: { readonly agent: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly success: Billing;
  };
  readonly readDefaultBilling: {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly success: DefaultBilling;
  };
  readonly putDefaultBilling: {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: BillingPut;
    readonly success: DefaultBilling;
  };
  readonly readStatement: {
    readonly params: { readonly agent: string };
    readonly query: ReadStatementQuery;
    readonly body: undefined;
    readonly success: Statement;
  };
  readonly exportStatementCsv: {
    readonly params: { readonly agent: string };
    readonly query: ExportStatementCsvQuery;
    readonly body: undefined;
    readonly success: string;
  };
  readonly printStatement: {
    readonly params: { readonly agent: string };
    readonly query: PrintStatementQuery;
    readonly body: undefined;
    readonly success: string;
  };
  readonly createHold: {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: HoldRequest;
    readonly success: HoldMade;
  };
  readonly listHolds: {
    readonly params: undefined;
    readonly query: ListHoldsQuery;
    readonly body: undefined;
    readonly success: HoldList;
  };
  readonly readHold: {
    readonly params: { readonly holdId: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly success: Hold;
  };
  readonly captureHold: {
    readonly params: { readonly holdId: string };
    readonly query: undefined;
    readonly body: CaptureRequest;
    readonly success: HoldCaptured;
  };
  readonly releaseHold: {
    readonly params: { readonly holdId: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly success: HoldMade;
  };
  readonly extendHold: {
    readonly params: { readonly holdId: string };
    readonly query: undefined;
    readonly body: ExtendRequest;
    readonly success: HoldMade;
  };
  readonly readAudit: {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly success: Audit;
  };
  readonly putService: {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: ServicePut;
    readonly success: ServiceRegistered;
  };
  readonly listServices: {
    readonly params: undefined;
    readonly query: ListServicesQuery;
    readonly body: undefined;
    readonly success: ServiceList;
  };
  readonly readService: {
    readonly params: { readonly serviceId: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly success: Service;
  };
  readonly deleteService: {
    readonly params: { readonly serviceId: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly success: undefined;
  };
  readonly readServiceUsage: {
    readonly params: { readonly serviceId: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly success: ServiceUsage;
  };
  readonly setPrice: {
    readonly params: { readonly serviceId: string };
    readonly query: undefined;
    readonly body: PricePatch;
    readonly success: ServicePrice;
  };
  readonly putServiceBulk: {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: ServiceBulk;
    readonly success: ServiceBulkResults;
  };
  readonly listPrices: {
    readonly params: { readonly serviceId: string };
    readonly query: ListPricesQuery;
    readonly body: undefined;
    readonly success: PriceList;
  };
  readonly cancelNextPrice: {
    readonly params: { readonly serviceId: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly success: undefined;
  };
  readonly readMetadata: {
    readonly params: { readonly serviceId: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly success: ServiceMetadata;
  };
  readonly putMetadata: {
    readonly params: { readonly serviceId: string };
    readonly query: undefined;
    readonly body: MetadataPut;
    readonly success: ServiceMetadata;
  };
  readonly disableService: {
    readonly params: { readonly serviceId: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly success: ServiceDisabled;
  };
  readonly enableService: {
    readonly params: { readonly serviceId: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly success: ServiceDisabled;
  };
  readonly patchDisabled: {
    readonly params: { readonly serviceId: string };
    readonly query: undefined;
    readonly body: DisabledPatch;
    readonly success: ServiceDisabled;
  };
  readonly listServiceAgents: {
    readonly params: { readonly serviceId: string };
    readonly query: ListServiceAgentsQuery;
    readonly body: undefined;
    readonly success: ServiceAgents;
  };
  readonly topAgents: {
    readonly params: { readonly serviceId: string };
    readonly query: TopAgentsQuery;
    readonly body: undefined;
    readonly success: TopAgents;
  };
  readonly listAgents: {
    readonly params: undefined;
    readonly query: ListAgentsQuery;
    readonly body: undefined;
    readonly success: AgentList;
  };
  readonly listAgentTotals: {
    readonly params: undefined;
    readonly query: ListAgentTotalsQuery;
    readonly body: undefined;
    readonly success: AgentTotals;
  };
  readonly readAgentTotal: {
    readonly params: { readonly agent: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly success: AgentTotal;
  };
  readonly readAgentUsage: {
    readonly params: { readonly agent: string };
    readonly query: ReadAgentUsageQuery;
    readonly body: undefined;
    readonly success: AgentUsage;
  };
  readonly putLimit: {
    readonly params: { readonly name: string };
    readonly query: undefined;
    readonly body: LimitPut;
    readonly success: Limit;
  };
  readonly readLimit: {
    readonly params: { readonly name: string };
    readonly query: ReadLimitQuery;
    readonly body: undefined;
    readonly success: CountedLimit;
  };
  readonly deleteLimit: {
    readonly params: { readonly name: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly success: undefined;
  };
  readonly listLimits: {
    readonly params: undefined;
    readonly query: ListLimitsQuery;
    readonly body: undefined;
    readonly success: LimitList;
  };
  readonly listAgentLimits: {
    readonly params: { readonly agent: string };
    readonly query: ListAgentLimitsQuery;
    readonly body: undefined;
    readonly success: AgentLimitList;
  };
  readonly readAllowance: {
    readonly params: { readonly agent: string };
    readonly query: ReadAllowanceQuery;
    readonly body: undefined;
    readonly success: Allowance;
  };
  readonly createWebhook: {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: WebhookCreate;
    readonly success: WebhookCreated;
  };
  readonly listWebhooks: {
    readonly params: undefined;
    readonly query: ListWebhooksQuery;
    readonly body: undefined;
    readonly success: WebhookList;
  };
  readonly readWebhook: {
    readonly params: { readonly id: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly success: Webhook;
  };
  readonly changeWebhook: {
    readonly params: { readonly id: string };
    readonly query: undefined;
    readonly body: WebhookChange;
    readonly success: Webhook;
  };
  readonly deleteWebhook: {
    readonly params: { readonly id: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly success: undefined;
  };
  readonly rotateWebhookSecret: {
    readonly params: { readonly id: string };
    readonly query: RotateWebhookSecretQuery;
    readonly body: undefined;
    readonly success: WebhookCreated;
  };
  readonly testWebhook: {
    readonly params: { readonly id: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly success: WebhookTested;
  };
  readonly listDeliveries: {
    readonly params: { readonly id: string };
    readonly query: ListDeliveriesQuery;
    readonly body: undefined;
    readonly success: DeliveryList;
  };
  readonly redeliver: {
    readonly params: { readonly id: string; readonly eventId: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly success: Delivery;
  };
  readonly listEvents: {
    readonly params: undefined;
    readonly query: ListEventsQuery;
    readonly body: undefined;
    readonly success: EventList;
  };
  readonly summarizeEvents: {
    readonly params: undefined;
    readonly query: SummarizeEventsQuery;
    readonly body: undefined;
    readonly success: EventSummary;
  };
  readonly createApiKey: {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: ApiKeyCreate;
    readonly success: ApiKeyCreated;
  };
  readonly listApiKeys: {
    readonly params: undefined;
    readonly query: ListApiKeysQuery;
    readonly body: undefined;
    readonly success: ApiKeyList;
  };
  readonly rotateApiKey: {
    readonly params: { readonly prefix: string };
    readonly query: RotateApiKeyQuery;
    readonly body: undefined;
    readonly success: ApiKeyRotated;
  };
  readonly revokeApiKey: {
    readonly params: { readonly prefix: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly success: undefined;
  };
  readonly listActs: {
    readonly params: undefined;
    readonly query: ListActsQuery;
    readonly body: undefined;
    readonly success: AuditLog;
  };
  readonly readAdminStatus: {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly success: AdminStatus;
  };
  readonly pause: {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly success: Paused;
  };
  readonly unpause: {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly success: Paused;
  };
  readonly readConfig: {
    readonly params: undefined;
    readonly query: ReadConfigQuery;
    readonly body: undefined;
    readonly success: RuntimeConfig;
  };
  readonly changeConfig: {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: ConfigChange;
    readonly success: ConfigChanged;
  };
  readonly readMetrics: {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly success: string;
  };
  readonly readStats: {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly success: Stats;
  };
  readonly readActivity: {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly success: Activity;
  };
  readonly sumUsageOverTime: {
    readonly params: undefined;
    readonly query: SumUsageOverTimeQuery;
    readonly body: undefined;
    readonly success: UsageOverTime;
  };
  readonly readCaller: {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly success: CallerSeen;
  };
  readonly readChangelog: {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly success: Changelog;
  };
  readonly readVersion: {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly success: Version;
  };
  readonly readKeyState: {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly success: KeyState;
  };
  readonly readHealthBare: {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly success: Health;
  };
  readonly readHealth: {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly success: Health;
  };
  readonly readReady: {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly success: Ready;
  };
  readonly readDeepHealth: {
    readonly params: undefined;
    readonly query: ReadDeepHealthQuery;
    readonly body: undefined;
    readonly success: DeepHealth;
  };
  readonly readErrorCode: {
    readonly params: { readonly code: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly success: ErrorCodeRow;
  };
  readonly readOpenApi: {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly success: OpenApiDocument;
  };
  readonly readDocs: {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly success: string;
  };
  readonly readDocsAsset: {
    readonly params: { readonly asset: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly success: string;
  };
}
