import type { Json } from '@billonce/idempotency/core';

/** What an administrative act did. */
export const actTypes = [
  'api_key.created',
  'api_key.expires',
  'api_key.revoked',
  'asset.registered',
  'service.registered',
  'service.changed',
  'service.deleted',
  'limit.set',
  'limit.deleted',
  'webhook.created',
  'webhook.changed',
  'webhook.deleted',
  'usage.reversed',
  'credit.written_off',
  'balance.granted',
  'grant.voided',
  'billing.changed',
  'server.paused',
  'server.unpaused',
  'settings.changed',
] as const;

export type ActType = (typeof actTypes)[number];

/** Who sent a command: `anonymous` in development mode, `server` if no request asked for it. */
export const actorKinds = ['admin', 'api_key', 'anonymous', 'server'] as const;

/** Who did something, from where, and with which request. */
export interface Actor {
  readonly kind: (typeof actorKinds)[number];
  /** the prefix of the API key */
  readonly keyPrefix: string | undefined;
  readonly address: string | undefined;
  readonly requestId: string | undefined;
}

export const serverActor: Actor = {
  kind: 'server',
  keyPrefix: undefined,
  address: undefined,
  requestId: undefined,
};

/** What was done: in which tenant, to what, and what about it changed. It never holds a secret. */
export interface ActFacts {
  /** that of the operator for what belongs to no tenant */
  readonly tenant: string;
  readonly type: ActType;
  /** the prefix of a key, a service, a limit, the id of a webhook, a grant or an entry, an agent; '' for the server and for the billing of all agents */
  readonly subject: string;
  readonly details: { readonly [name: string]: Json };
}

/** A row of the audit log, committed with the act that it describes. */
export interface Act extends ActFacts {
  readonly id: string;
  readonly atMs: number;
  readonly actor: Actor;
}

/** An act without the addresses from which keys are used or may be used, for callers who must not know them. */
export function withoutAddresses(act: Act): Act {
  const { allowedAddresses: _, ...details } = act.details;
  return { ...act, details, actor: { ...act.actor, address: undefined } };
}
