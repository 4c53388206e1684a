import type { SourceKey } from './agentpay.ts';
import type { MoveWish } from './book.ts';
import { identityOf } from './identity.ts';
import { refusalOf } from './json-client.ts';
import type { SuppliedKey } from './keys-file.ts';
import type { Report } from './report.ts';
import type { Target } from './target.ts';

/** How AgentPay shows a key in its lists. */
export const prefixOf = (key: string) => key.slice(0, 8);

/** Carries over the API keys that were supplied, so that clients keep theirs. */
export async function carryKeys(
  supplied: readonly SuppliedKey[],
  sourceKeys: readonly SourceKey[],
  { source, isDryRun }: MoveWish,
  target: Target,
  report: Report,
): Promise<void> {
  for (const { key, tenant, label } of supplied) {
    const what = `API key ${prefixOf(key)}…`;
    const state = await target.tryKey(key, tenant);
    if (state === 'works') report.alreadyThere('API keys');
    else if (state === 'other_tenant') {
      report.refused(what, `on this server it belongs to a tenant other than ${tenant}`);
    } else if (isDryRun) report.carried('API keys');
    else {
      const body = { label: label ?? labelThere(key, sourceKeys), tenant, key };
      const identity = identityOf(source, 'API key', tenant, key);
      const { status, json, isReplayed } = await target.postAsOperator('/api-keys', identity, body);
      if (status === 201 && !isReplayed) report.carried('API keys');
      else if (status === 201)
        report.refused(what, 'an earlier run carried it over, and it was since revoked on this server');
      else report.refused(what, refusalOf(status, json));
    }
  }
}

function labelThere(key: string, sourceKeys: readonly SourceKey[]): string {
  const labels = sourceKeys.filter(({ prefix }) => prefix === prefixOf(key)).map(({ label }) => label);
  const [label = ''] = labels;
  return labels.length === 1 && label.trim() !== '' ? label : 'from AgentPay';
}
