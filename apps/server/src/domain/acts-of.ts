import { canonicalJson, type Json } from '@billonce/idempotency/core';
import type { ActFacts } from './act.ts';
import { type ApiKey, rightsShown } from './api-key.ts';
import { isXlm, xlm } from './asset.ts';
import type { OwnedGrant } from './balance.ts';
import { amountText, grantShown } from './balance-events.ts';
import type { BillingPolicy, NamedPolicy } from './billing.ts';
import { measureText } from './counted-use.ts';
import type { Limit } from './limit.ts';
import type { Movement } from './movement.ts';
import { nextPriceShown, priceShown, tiersShown } from './price-shown.ts';
import { metadataOf, type Service } from './service.ts';
import { adminTenant } from './tenant.ts';
import type { Entry } from './usage.ts';
import type { Changes, View } from './view.ts';
import { originOf, type Webhook } from './webhook.ts';

/** The acts that follow from changes, compared with the books before them. A command that changed nothing is no act. */
export function actsOf(tenant: string, before: View, changes: Changes): readonly ActFacts[] {
  return [
    ...changes.apiKeys.flatMap((key) => keyAct(before.apiKey(key.prefix), key)),
    ...changes.assets.map(
      ({ code, scale }): ActFacts => ({
        tenant,
        type: 'asset.registered',
        subject: code,
        details: { scale },
      }),
    ),
    ...changes.services.flatMap((service) => serviceAct(tenant, before.service(service.serviceId), service)),
    ...limitActs(tenant, before, changes),
    ...changes.webhooks.flatMap((webhook) => webhookAct(tenant, webhookBefore(before, webhook), webhook)),
    ...changes.entries.flatMap((entry) => entryAct(tenant, entry)),
    ...changes.movements.flatMap((movement) => movementAct(tenant, movement, changes.grants)),
    ...changes.policies.flatMap((named) => policyAct(tenant, before, named)),
    ...changes.pauses.map(({ isPaused }): ActFacts => {
      const type = isPaused ? 'server.paused' : 'server.unpaused';
      return { tenant: adminTenant, type, subject: '', details: {} };
    }),
    ...changes.settings.flatMap((settings): ActFacts[] => {
      const details = differences(settingsShown(before.settings()), settingsShown(settings));
      return details === undefined
        ? []
        : [{ tenant: adminTenant, type: 'settings.changed', subject: '', details }];
    }),
  ];
}

function keyAct(before: ApiKey | undefined, key: ApiKey): ActFacts[] {
  const { tenant, prefix: subject, label, expiresAtMs } = key;
  const expiresAt = expiresAtMs ?? null;
  if (before === undefined) {
    const details = { label, expiresAt, ...rightsShown(key) };
    return [{ tenant, type: 'api_key.created', subject, details }];
  }
  if (key.revokedAtMs !== before.revokedAtMs) {
    return [{ tenant, type: 'api_key.revoked', subject, details: { label } }];
  }
  if (expiresAtMs === before.expiresAtMs) return [];
  return [{ tenant, type: 'api_key.expires', subject, details: { label, expiresAt } }];
}

function serviceAct(tenant: string, before: Service | undefined, service: Service): ActFacts[] {
  const subject = service.serviceId;
  if (service.deleted) return [{ tenant, type: 'service.deleted', subject, details: {} }];
  if (before === undefined || before.deleted) {
    return [{ tenant, type: 'service.registered', subject, details: serviceShown(service) }];
  }
  const details = differences(serviceShown(before), serviceShown(service));
  return details === undefined ? [] : [{ tenant, type: 'service.changed', subject, details }];
}

/** One for each name: a limit that counts something else replaces the previous one. */
function limitActs(tenant: string, before: View, { limits }: Changes): ActFacts[] {
  if (limits.length === 0) return [];
  const known = new Map(before.limits().map((limit) => [limit.name, limit]));
  const names = new Set(limits.map(({ name }) => name));
  return [...names].flatMap((subject): ActFacts[] => {
    const limit = limits.find((one) => one.name === subject && !one.deleted);
    if (limit === undefined) return [{ tenant, type: 'limit.deleted', subject, details: {} }];
    const old = known.get(subject);
    const details = old === undefined ? limitShown(limit) : differences(limitShown(old), limitShown(limit));
    return details === undefined ? [] : [{ tenant, type: 'limit.set', subject, details }];
  });
}

function limitShown(limit: Limit): Shown {
  return {
    agent: limit.agent ?? null,
    serviceId: limit.serviceId ?? null,
    apiKeyPrefix: limit.apiKeyPrefix ?? null,
    window: limit.window,
    max: measureText(limit, limit.max),
    ...(limit.asset === undefined ? {} : { asset: limit.asset }),
    action: limit.action,
    notifyAt: limit.notifyAt.map((level) => level / 1_000),
  };
}

function webhookBefore(before: View, { id }: Webhook): Webhook | undefined {
  return before.webhooks().find((known) => known.id === id);
}

function webhookAct(tenant: string, before: Webhook | undefined, webhook: Webhook): ActFacts[] {
  const subject = webhook.id;
  const target = { origin: originOf(webhook.url) };
  if (webhook.deleted) return [{ tenant, type: 'webhook.deleted', subject, details: target }];
  if (before === undefined) {
    const details = { ...target, events: [...webhook.events] };
    return [{ tenant, type: 'webhook.created', subject, details }];
  }
  const details = differences(webhookShown(before), webhookShown(webhook));
  // A changed path may be a secret: only the fact that it changed is logged.
  const hidden: Shown = {
    ...(before.url === webhook.url ? {} : { urlChanged: true }),
    ...(before.keptSecret === webhook.keptSecret ? {} : { secretChanged: true }),
  };
  if (details === undefined && Object.keys(hidden).length === 0) return [];
  return [{ tenant, type: 'webhook.changed', subject, details: { ...hidden, ...details } }];
}

function entryAct(tenant: string, entry: Entry): ActFacts[] {
  const { id: subject, agent, serviceId, requests, reversal, writeOff } = entry;
  if (writeOff !== undefined) {
    const { kind, stroops } = writeOff;
    const { asset = xlm.code } = entry;
    const amount = isXlm({ asset }) ? { stroops: String(stroops) } : { asset, atoms: String(stroops) };
    const details = { agent, serviceId, kind, ...amount };
    return [{ tenant, type: 'credit.written_off', subject, details }];
  }
  if (reversal === undefined) return [];
  const details = { agent, serviceId, requests, entryId: reversal.entryId ?? null };
  return [{ tenant, type: 'usage.reversed', subject, details }];
}

function movementAct(tenant: string, movement: Movement, grants: readonly OwnedGrant[]): ActFacts[] {
  const { kind, agent, asset, amount, grantId } = movement;
  const owned = grants.find(({ grant }) => grant.id === grantId);
  if (owned === undefined || grantId === undefined) return [];
  if (kind === 'granted') {
    const { grantId: _, ...shown } = grantShown(owned.grant);
    return [{ tenant, type: 'balance.granted', subject: grantId, details: { agent, asset, ...shown } }];
  }
  if (kind !== 'voided') return [];
  const details = { agent, asset, amount: amountText(amount) };
  return [{ tenant, type: 'grant.voided', subject: grantId, details }];
}

function policyAct(tenant: string, before: View, { agent, policy }: NamedPolicy): ActFacts[] {
  const details = differences(policyShown(before.billing(agent).policy), policyShown(policy));
  return details === undefined ? [] : [{ tenant, type: 'billing.changed', subject: agent, details }];
}

function policyShown(policy: BillingPolicy | undefined): Shown {
  if (policy === undefined) return { mode: null, asset: null, overdraft: null, lowAt: null };
  const { mode, asset, overdraft, lowAt } = policy;
  return { mode, asset, overdraft: amountText(overdraft), lowAt: lowAt.map(amountText) };
}

type Shown = { readonly [name: string]: Json };

function serviceShown(service: Service): Shown {
  const { price, pricePer, asset, unitScale, disabled, tiers } = service;
  const { priceStroops, tiers: _, period: __, ...shown } = priceShown(price, asset, pricePer, tiers);
  const metadata = metadataOf(service).map(([name, value]) => [name, value ?? null]);
  const scaled = unitScale === 0 ? {} : { unitScale };
  return {
    priceStroops: priceStroops ?? null,
    ...shown,
    ...tiersShown(service.tiers, pricePer),
    ...nextPriceShown(service),
    ...scaled,
    disabled,
    ...Object.fromEntries(metadata),
  };
}

function webhookShown({ url, events, disabled }: Webhook): Shown {
  return { origin: originOf(url), events: [...events], disabled: disabled ?? null };
}

function settingsShown({ bulkItemsMax, ...rate }: ReturnType<View['settings']>): Shown {
  const { requestsPerWindowMax = null, rateWindowMs = null } = rate;
  return {
    bulkMaxItems: bulkItemsMax ?? null,
    rateLimitPerWindow: requestsPerWindowMax,
    rateLimitWindowMs: rateWindowMs,
  };
}

/** The members that differ, each as it was and as it is; `undefined` if none does. */
function differences(before: Shown, after: Shown): Shown | undefined {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changed = [...names].filter(
    (name) => canonicalJson(before[name] ?? null) !== canonicalJson(after[name] ?? null),
  );
  if (changed.length === 0) return undefined;
  return Object.fromEntries(
    changed.map((name) => [name, { from: before[name] ?? null, to: after[name] ?? null }]),
  );
}
