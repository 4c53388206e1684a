import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Command } from '../../src/domain/command.ts';
import { settleBulkAccountsFirst } from '../../src/domain/commands/settlements.ts';
import { inStroops } from '../../src/domain/service.ts';
import type { Webhook } from '../../src/domain/webhook.ts';
import { LedgerLanes } from '../../src/ledger/ledger-lanes.ts';
import type { WriteTimes } from '../../src/ledger/ledger-parts.ts';
import type { KeyUse, Outcome } from '../../src/ledger/submission.ts';
import { openEngine } from './engine.ts';

export const accounts = 3 * settleBulkAccountsFirst;
export const agents = ['agent-0', 'agent-1', 'agent-2', 'agent-3', 'agent-4'];

export function usage(agent: string, serviceId = 'service-0') {
  return { agent, serviceId, requests: 3, usageId: undefined, occurredAtNs: undefined };
}

export const single: Command = { kind: 'record_usage', item: usage('agent-7') };
export const settle = (agent: string): Command => ({
  kind: 'settle_bulk',
  agent,
  accountsMax: settleBulkAccountsFirst,
});

/** Starts a ledger whose batches are smaller than a heavy command, with agents that have many accounts. */
export async function startHeavyLedger(t: TestContext) {
  const engine = await openEngine(t);
  const heavyItemsMin = 2 * settleBulkAccountsFirst;
  const ledger = new LedgerLanes(engine, {
    nowMs: Date.now,
    limits: { inFlightItemsMax: heavyItemsMin, heavyItemsMin },
  });
  const ended: { readonly what: string; readonly items: number }[] = [];
  const submit = async (what: string, tenant: string, command: Command, key?: KeyUse): Promise<Outcome> => {
    let times: WriteTimes | undefined;
    const outcome = await ledger.submit({ tenant, key, command }, (measured) => {
      times = measured;
    });
    assert.equal(outcome.kind, 'answered', JSON.stringify(outcome));
    ended.push({ what, items: times?.batch.items ?? 0 });
    return outcome;
  };
  const ids = Array.from({ length: accounts }, (_, number) => `service-${number}`);
  await submit('fill', 'heavy', {
    kind: 'put_service_bulk',
    items: ids.map((serviceId) => ({
      kind: 'valid',
      item: { kind: 'put_service', serviceId, stated: inStroops(7n), metadata: undefined },
    })),
  });
  for (const agent of agents) {
    const items = ids.map((serviceId) => ({ kind: 'valid', item: usage(agent, serviceId) }) as const);
    await submit('fill', 'heavy', { kind: 'record_usage_bulk', isAtomic: false, items });
  }
  ended.length = 0;
  return { ...engine, ledger, submit, ended };
}

export function webhook(number: number, events: Webhook['events']): Command {
  const url = `https://example.com/${number}`;
  return { kind: 'create_webhook', url, events, secret: '', keptSecret: 'secret', challenge: undefined };
}

export function bodyOf(outcome: Outcome) {
  assert.equal(outcome.kind, 'answered');
  return JSON.parse(String(outcome.response.body));
}
