import { keyDigest, sha256, uuidV7TimeMs } from '@billonce/idempotency/core';
import { holdBody } from '../../src/answers/holds.ts';
import { quoteBody } from '../../src/answers/quotes.ts';
import { usageBulkResults } from '../../src/answers/usage.ts';
import { policyDefault } from '../../src/domain/billing.ts';
import type { Command } from '../../src/domain/command.ts';
import type { Refusal } from '../../src/domain/refusal.ts';
import { statedPrice } from '../../src/http/read-price.ts';
import type { Outcome, Submission } from '../../src/ledger/submission.ts';
import type { Observed } from './books.ts';
import { amountOf, amountText } from './prepaid-text.ts';
import { millionthsOf, type Use } from './units.ts';
import type { ExpectedAmount, Item, PutService, Sent, Write } from './write.ts';

/** A write in the form in which the HTTP layer passes it to the write path. */
export function submissionOf({ tenant, write, key }: Sent): Submission {
  const command = commandOf(write);
  if (key === undefined) return { tenant, command, key: undefined };
  return {
    tenant,
    command,
    key: {
      scope: '0'.repeat(32),
      digest: keyDigest(key),
      madeAtMs: uuidV7TimeMs(key),
      fingerprint: sha256(JSON.stringify(write)),
      method: 'POST',
      path: '/',
      sealingKey: undefined,
    },
  };
}

function commandOf(write: Write): Command {
  switch (write.kind) {
    case 'usage':
      return { kind: 'record_usage', item: usageItem(write.item) };
    case 'bulk':
      return {
        kind: 'record_usage_bulk',
        isAtomic: write.isAtomic,
        items: write.items.map((item) =>
          item.requests === 0
            ? { kind: 'invalid', message: 'wrong' }
            : { kind: 'valid', item: usageItem(item) },
        ),
      };
    case 'settle': {
      const { kind, agent, serviceId, through, ifMatch } = write;
      return {
        kind,
        agent,
        serviceId,
        through,
        ...expectedOf(write),
        expectedMarks: ifMatch === undefined || ifMatch === '*' ? undefined : [ifMatch],
      };
    }
    case 'put_asset':
      return { kind: 'put_asset', asset: { code: write.code, scale: write.scale } };
    case 'put_service':
      return { kind: 'put_service', ...serviceOf(write) };
    case 'put_services': {
      const items = write.items.map(
        (item) => ({ kind: 'valid', item: { kind: 'put_service', ...serviceOf(item) } }) as const,
      );
      return { kind: 'put_service_bulk', items };
    }
    case 'set_price':
      return { kind: 'set_price', ...datedOf(write) };
    case 'cancel_price':
      return { kind: 'cancel_next_price', serviceId: write.serviceId };
    case 'set_limit': {
      const { kind, name, agent, serviceId, window } = write;
      const { max: sent } = write;
      const isMoney = 'amount' in sent;
      const max = isMoney ? amountOf(sent.amount) : millionthsOf(sent.quantity);
      const asset = isMoney ? (sent.asset ?? 'XLM') : undefined;
      const rest = { apiKeyPrefix: undefined, asset, action: 'refuse', notifyAt: [] } as const;
      return { kind, name, agent, serviceId, window, max, ...rest };
    }
    case 'set_billing':
    case 'create_grant':
    case 'create_refund':
    case 'create_hold':
    case 'capture_hold':
      return prepaidCommand(write);
    case 'reverse':
      return {
        kind: 'reverse_entry',
        entryId: write.entryId,
        reason: 'wrong',
        requests: write.requests,
        quantity: write.quantity === undefined ? undefined : millionthsOf(write.quantity),
      };
    case 'clear':
      return { ...write, kind: 'clear_account' };
    case 'write_off': {
      const { agent, serviceId } = write;
      return {
        kind: 'write_off_credit',
        agent,
        serviceId,
        writeOffKind: 'write_off',
        reason: 'closed',
        ...expectedOf(write),
      };
    }
    case 'settle_bulk':
    case 'set_disabled':
    case 'delete_service':
    case 'delete_limit':
    case 'void_grant':
    case 'release_hold':
    case 'extend_hold':
      return write;
  }
}

type WriteOf<K extends Write['kind']> = Write & { readonly kind: K };

function prepaidCommand(
  write: WriteOf<'set_billing' | 'create_grant' | 'create_refund' | 'create_hold' | 'capture_hold'>,
): Command {
  switch (write.kind) {
    case 'set_billing': {
      const { kind, agent, policy } = write;
      const wanted = policy && { ...policyDefault, ...policy, overdraft: amountOf(policy.overdraft) };
      if (agent !== undefined) return { kind, agent, policy: wanted };
      return { kind: 'set_default_billing', policy: wanted ?? policyDefault };
    }
    case 'create_grant': {
      const { kind, agent, asset = 'XLM', amount, priority = 100, expiresAt, id: grantId } = write;
      const expiresAtMs = expiresAt === undefined ? undefined : Date.parse(expiresAt);
      const rest = { asset, note: undefined };
      return { kind, agent, amount: amountOf(amount), priority, expiresAtMs, grantId, ...rest };
    }
    case 'create_refund': {
      const { agent, asset = 'XLM', amount, reason: note, id: grantId } = write;
      const rest = { asset, grantKind: 'refund', priority: -1, expiresAtMs: undefined } as const;
      return { kind: 'create_grant', agent, amount: amountOf(amount), note, grantId, ...rest };
    }
    case 'create_hold': {
      const { kind, agent, serviceId, amount, expiresInMs = 600_000, id: holdId } = write;
      const wanted =
        amount === undefined
          ? ({ kind: 'use', ...usedOf(write) } as const)
          : ({ kind: 'amount', amount: amountOf(amount) } as const);
      return { kind, agent, serviceId, wanted, expiresInMs, holdId };
    }
    case 'capture_hold': {
      const { agent: _, serviceId: __, ...item } = usageItem({ agent: '', serviceId: '', ...write });
      return { kind: 'capture_hold', holdId: write.holdId, ...item };
    }
  }
}

function serviceOf({ unitScale, asset, ...sent }: PutService) {
  return { ...datedOf(sent), metadata: undefined, unitScale, asset };
}

function datedOf({ serviceId, effectiveFrom, ...sent }: Omit<PutService, 'unitScale' | 'asset'>) {
  const effectiveFromMs = effectiveFrom === undefined ? undefined : Date.parse(effectiveFrom);
  return { serviceId, stated: statedPrice(sent), effectiveFromMs };
}

function expectedOf({ expectedStroops, expectedAmount }: ExpectedAmount) {
  return {
    expectedStroops: expectedStroops === undefined ? undefined : BigInt(expectedStroops),
    expectedAmount: expectedAmount === undefined ? undefined : amountOf(expectedAmount),
  };
}

function usedOf({ requests = 0, quantity }: Use) {
  return quantity === undefined ? { requests } : { requests: 0, quantity: millionthsOf(quantity) };
}

function usageItem({ agent, serviceId, id, occurredAt, ...used }: Item) {
  const occurredAtNs = occurredAt === undefined ? undefined : BigInt(Date.parse(occurredAt)) * 1_000_000n;
  return { agent, serviceId, ...usedOf(used), usageId: id, occurredAtNs };
}

/** The outcome of a submission, in the form in which an HTTP answer would show it. */
export function observedOf(outcome: Outcome): Observed {
  if (outcome.kind === 'fault') throw new Error(`${outcome.code}: ${outcome.facts.message}`);
  if (outcome.kind === 'refused') {
    const json = refusalBody(outcome.refusal);
    return { status: 0, json, text: JSON.stringify(json), location: null, isReplayed: false };
  }
  const { status, headers, body } = outcome.response;
  const text = String(body);
  const location = headers.find(([name]) => name === 'location')?.[1] ?? null;
  const json: unknown = text === '' ? undefined : JSON.parse(text);
  return { status, json, text, location, isReplayed: outcome.replayed };
}

function refusalBody(refusal: Refusal) {
  const { code } = refusal;
  // The HTTP layer answers in this form.
  if (code === 'already_expired' || code === 'invalid_date') return { error: 'invalid_request' };
  if (code === 'insufficient_balance') {
    const { asset, available, overdraft, required } = refusal;
    const amounts = {
      available: amountText(available),
      overdraft: amountText(overdraft),
      required: amountText(required),
    };
    return { error: code, asset, ...amounts };
  }
  if (code === 'hold_ended') return { error: code, hold: holdBody(refusal.hold) };
  if (code === 'quote_changed') return { error: code, quote: quoteBody(refusal.quote) };
  if (code === 'bulk_rejected') return { error: code, results: usageBulkResults(refusal.results) };
  if (code !== 'idempotency_key_expired') return { error: code };
  const { firstSeenAtMs, location } = refusal;
  return {
    error: code,
    firstSeenAt: firstSeenAtMs === undefined ? null : new Date(firstSeenAtMs).toISOString(),
    location: location ?? null,
  };
}
