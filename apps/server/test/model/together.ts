import assert from 'node:assert/strict';
import { areListed, entriesIn } from './agree-accounts.ts';
import { areGranted, grantsIn } from './agree-purses.ts';
import { accountOf, type Observed } from './books.ts';
import { assets } from './draw-names.ts';
import { booksOf, type Model, mismatch } from './model.ts';
import { apiOf, type Run } from './one-run.ts';
import type { PurseName } from './purse-types.ts';
import type { Tags } from './settling.ts';
import { type AccountName, requestOf, type Sent } from './write.ts';

/**
 * Sends writes at the same time: there must be an order in which the model gives each the same answer as the server.
 */
export async function sendTogether(run: Run, together: readonly Sent[]): Promise<void> {
  const exchanges = await Promise.all(
    together.map(async (sent) => ({ sent, observed: await send(run, sent) })),
  );
  const wrongs: unknown[] = [];
  const isSo = together.length > 1 ? await witnessed(run, together) : () => true;
  const after = inSomeOrder(run.model, exchanges, { tags: run.tags, isSo, wrongs });
  if (after === undefined) {
    const heard = exchanges.map(({ sent, observed: { status, text } }) => ({ sent, status, text }));
    assert.fail(
      `no order explains ${JSON.stringify(heard, null, 1)}\nexpected ${JSON.stringify(wrongs.slice(0, 4), null, 1)}`,
    );
  }
  run.model = after;
  run.seen.sent.push(...together);
}

interface Exchange {
  readonly sent: Sent;
  readonly observed: Observed;
}

/** Two orders may explain the same answers. The lists of accounts and agents then show which of them it was. */
async function witnessed(run: Run, together: readonly Sent[]): Promise<(model: Model) => boolean> {
  const lists = await Promise.all(
    together.flatMap((sent) =>
      accountsIn(run.model, sent).map(async (names) => ({
        tenant: sent.tenant,
        names,
        rows: await entriesIn(apiOf(run, sent.tenant), names),
      })),
    ),
  );
  await run.server.app.passingTime.runOnce();
  const grants = await Promise.all(
    together.flatMap((sent) =>
      pursesIn(run.model, sent).map(async (name) => ({
        tenant: sent.tenant,
        name,
        rows: await grantsIn(apiOf(run, sent.tenant), name),
      })),
    ),
  );
  return (model) =>
    lists.every(({ tenant, names, rows }) => areListed(accountOf(booksOf(model, tenant), names), rows)) &&
    grants.every(({ tenant, name, rows }) => areGranted(booksOf(model, tenant), name, model.nowMs, rows));
}

/** The accounts on which a write may record something. */
function accountsIn(model: Model, { tenant, write }: Sent): readonly AccountName[] {
  switch (write.kind) {
    case 'usage':
      return [write.item];
    case 'bulk':
      return write.items;
    case 'clear':
    case 'write_off':
      return [write];
    case 'reverse':
      return [...booksOf(model, tenant).accounts.values()].filter(({ entries }) =>
        entries.some(({ id }) => id === write.entryId),
      );
    case 'settle':
    case 'settle_bulk':
    case 'put_asset':
    case 'put_service':
    case 'put_services':
    case 'set_price':
    case 'cancel_price':
    case 'set_disabled':
    case 'delete_service':
    case 'set_limit':
    case 'delete_limit':
    case 'set_billing':
    case 'create_grant':
    case 'create_refund':
    case 'void_grant':
    case 'create_hold':
    case 'release_hold':
    case 'extend_hold':
      return [];
    case 'capture_hold':
      return holdsCalled(model, { tenant, holdId: write.holdId });
  }
}

function holdsCalled(
  model: Model,
  { tenant, holdId }: { readonly tenant: string; readonly holdId: string },
): readonly AccountName[] {
  return [...booksOf(model, tenant).purses.values()].flatMap(({ agent, holds }) =>
    holds.filter(({ id }) => id === holdId).map(({ serviceId }) => ({ agent, serviceId })),
  );
}

/** The purses whose grants a write may change: those of its agents, in every asset. */
function pursesIn(model: Model, sent: Sent): readonly PurseName[] {
  const names = [...new Set(agentsIn(model, sent))];
  return names.flatMap((agent) => assets.map(({ code }) => ({ agent, asset: code })));
}

function agentsIn(model: Model, sent: Sent): readonly string[] {
  const { tenant, write } = sent;
  const { kind } = write;
  if (kind === 'create_grant' || kind === 'create_refund') return [write.agent];
  if (kind === 'void_grant' || kind === 'create_hold') return [write.agent];
  const names =
    kind === 'release_hold' ? holdsCalled(model, { tenant, holdId: write.holdId }) : accountsIn(model, sent);
  return names.map(({ agent }) => agent);
}

/** The facts that an order must agree with. Expected answers that differ are added to `wrongs`. */
interface Witness {
  readonly tags: Tags;
  readonly isSo: (model: Model) => boolean;
  readonly wrongs: unknown[];
}

/** The model after the exchanges, in the first order that explains all their answers. */
function inSomeOrder(model: Model, exchanges: readonly Exchange[], witness: Witness): Model | undefined {
  if (exchanges.length === 0) return witness.isSo(model) ? model : undefined;
  const { tags, wrongs } = witness;
  for (const exchange of exchanges) {
    const tried = structuredClone(model);
    const wrong = mismatch(tried, exchange.sent, exchange.observed, tags);
    if (wrong !== undefined) {
      wrongs.push(wrong);
      continue;
    }
    const others = exchanges.filter((other) => other !== exchange);
    const after = inSomeOrder(tried, others, witness);
    if (after !== undefined) return after;
  }
  return undefined;
}

async function send(run: Run, sent: Sent): Promise<Observed> {
  const { path, request } = requestOf(sent);
  const { status, json, text, headers } = await apiOf(run, sent.tenant).call(path, request);
  const isReplayed = headers.get('idempotency-replayed') === 'true';
  return { status, json, text, location: headers.get('location'), isReplayed };
}
