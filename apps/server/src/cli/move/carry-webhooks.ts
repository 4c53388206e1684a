import { isDeepStrictEqual } from 'node:util';
import type { SourceWebhook } from './agentpay.ts';
import type { MoveWish } from './book.ts';
import { identityOf } from './identity.ts';
import { refusalOf } from './json-client.ts';
import { listOf, memberOf, textOf } from './json-members.ts';
import { MoveFault } from './move-fault.ts';
import type { NewSecret, Report } from './report.ts';
import type { Target } from './target.ts';

const pagesMax = 1_000;

/** Carries over the webhooks to one tenant. Each gets a secret, which `onSecret` must keep: it is shown once. */
export async function carryWebhooks(
  webhooks: readonly SourceWebhook[],
  tenant: string,
  { source, isDryRun }: MoveWish,
  target: Target,
  report: Report,
  onSecret: (secret: NewSecret) => void,
): Promise<void> {
  if (webhooks.length === 0) return;
  const there = await webhooksThere(target, tenant);
  for (const { id, url, events } of webhooks) {
    const key = identityOf(source, 'webhook', tenant, id, url, events);
    const isThere = there.some((other) => isSame(other, url, events));
    // An earlier run created it: its answer is replayed, with the secret, which that run may not have printed.
    const isOurs = isThere && !isDryRun && (await target.keyState(tenant, key)).status === 200;
    if (isThere && !isOurs) report.alreadyThere('webhooks');
    else if (isDryRun) report.carried('webhooks');
    else {
      const { status, json, isReplayed } = await target.post(tenant, '/webhooks', key, { url, events });
      if (status === 410 && isThere) report.alreadyThere('webhooks');
      else if (status !== 201) report.refused(`webhook to ${url}`, refusalOf(status, json));
      else if (isReplayed && !isThere) {
        report.refused(
          `webhook to ${url}`,
          'an earlier run carried it over, and it was since deleted or changed on this server',
        );
      } else {
        if (isReplayed) report.alreadyThere('webhooks');
        else report.carried('webhooks');
        onSecret({ tenant, url, id: textOf(json, 'id') ?? '', secret: textOf(json, 'secret') ?? '' });
      }
    }
  }
}

async function webhooksThere(target: Target, tenant: string): Promise<readonly unknown[]> {
  const webhooks: unknown[] = [];
  let cursor = '';
  for (let page = 0; page < pagesMax; page += 1) {
    const { status, json } = await target.get(tenant, `/webhooks?limit=1000${cursor}`);
    const items = listOf(json, 'items');
    if (status !== 200 || items === undefined) {
      throw new MoveFault(`the server answers GET /webhooks with ${refusalOf(status, json)}`);
    }
    webhooks.push(...items);
    const next = textOf(json, 'nextCursor');
    if (next === undefined) return webhooks;
    cursor = `&cursor=${encodeURIComponent(next)}`;
  }
  throw new MoveFault(`the webhooks of the server do not end after ${pagesMax} pages`);
}

function isSame(webhook: unknown, url: string, events: readonly string[]): boolean {
  if (memberOf(webhook, 'url') !== url) return false;
  const theirs = (listOf(webhook, 'events') ?? []).map(String).toSorted();
  return isDeepStrictEqual(theirs, [...events]);
}
