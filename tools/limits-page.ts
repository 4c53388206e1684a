import { statementLinesMax, statementMovementsMax } from '../apps/server/src/domain/agent-statement.ts';
import { assetScaleMax, assetsMax, xlm } from '../apps/server/src/domain/asset.ts';
import { grantsOpenMax, refundsOpenMax } from '../apps/server/src/domain/balance.ts';
import { settleBulkAccountsMax } from '../apps/server/src/domain/commands/settlements.ts';
import { datedPriceDaysMax } from '../apps/server/src/domain/dated-price.ts';
import { holdsOpenMax } from '../apps/server/src/domain/hold.ts';
import { limitsMax, limitsOfWriteMax } from '../apps/server/src/domain/limit.ts';
import { priceVersionsMax } from '../apps/server/src/domain/service.ts';
import { tiersMax } from '../apps/server/src/domain/tiers.ts';
import { acceptWindowDays, aheadToleranceMs } from '../apps/server/src/domain/usage.ts';
import { webhooksMax } from '../apps/server/src/domain/webhook.ts';
import { answerBytesMin } from '../apps/server/src/http/answer-progress.ts';
import { lingerMs } from '../apps/server/src/http/connections.ts';
import { exportMsMax } from '../apps/server/src/http/export-file.ts';
import { headerBytesMax } from '../apps/server/src/http/listener.ts';
import { retriedKeysMax } from '../apps/server/src/ledger/key-retries.ts';
import { ledgerLimitsDefault } from '../apps/server/src/ledger/ledger-parts.ts';
import { placeLimits } from '../apps/server/src/reads/placed-reads.ts';
import { variables } from '../apps/server/src/variables/variables.ts';
import { bounds } from '../packages/contract/src/bounds.ts';

const head = `# Limits

\`npm run docs\` prints this page from the code: \`packages/contract/src/bounds.ts\`, the table of variables, and the files that have the other
bounds. Do not edit it here. A limit is an error, never a cut.

| what | bound |
| --- | --- |
`;

const foot = `
A page of a list is not refused for its \`limit\`: one that is out of bounds is brought within them. The variables are described in the
[configuration](configuration.md#all-variables).
`;

/** The page on every limit that a client or an operator meets. */
export function limitsPage(): string {
  const rows = [...requestRows(), ...bookRows(), ...serverRows()];
  return head + rows.map(([what, bound]) => `| ${what} | ${bound} |\n`).join('') + foot;
}

type Row = readonly [what: string, bound: string];

function requestRows(): readonly Row[] {
  const { keyLength, agentLength, serviceIdLength, tenantLength, usageIdLength, freeTextLength } = bounds;
  return [
    ['body', `${bytes(bounds.bodyBytes)}; bulk and reconcile ${bytes(bounds.bulkBytes)}`],
    ['header section', bytes(headerBytesMax)],
    ['idempotency key', `1 to ${keyLength} visible ASCII characters`],
    ['agent; service; tenant', `${agentLength}; ${serviceIdLength}; ${tenantLength} characters`],
    ['id of a usage item', `${usageIdLength} visible ASCII characters`],
    [
      'metadata of a usage item',
      `${bounds.metadataMembers} members; a name has ${bounds.metadataNameLength} characters, a value ${bounds.metadataValueLength}`,
    ],
    ['free text, such as a reason', `${freeTextLength} characters`],
    ['label of an API key', `${bounds.labelLength} characters, not blank`],
    ['addresses and networks that an API key is bound to', count(bounds.addressRangesOfKey)],
    ['URL of a webhook', `${count(bounds.webhookUrlLength)} visible ASCII characters`],
    ['text that is searched for', `${count(bounds.searchLength)} characters`],
    [
      'request id that a client sends',
      `${bounds.requestIdLength} visible ASCII characters; a longer one is replaced`,
    ],
    [
      'retries that a look-up of a key lists; keys that came again, which an instance counts',
      `${bounds.retriesShown}; the last ${count(retriedKeysMax)} or more`,
    ],
    ['items in a bulk', `${variable('BULK_MAX_ITEMS')}, at most ${count(bounds.bulkItems)}`],
    ['services in a bulk', count(bounds.serviceBulkItems)],
    ['items in a reconcile', count(bounds.reconcileItems)],
    ['items in a page', `${bounds.pageItemsDefault}, at most ${count(bounds.pageItems)}`],
    ['name of a limit', `${bounds.limitNameLength} characters`],
    ['levels of a limit', count(bounds.limitLevels)],
    ['requests in an item', `1 to ${count(bounds.requestsOfItem)}`],
    [
      'quantity of an item',
      'above 0, at most 10¹² units, with up to 6 decimal places; at most 2⁵³−1 of its smallest parts',
    ],
    [
      'price',
      `0 to ${count(bounds.priceStroops)} stroops, or 0 to 9,000,000 XLM with up to 12 decimal places for a unit`,
    ],
    [
      'time that an old key or secret still holds after a rotation',
      `${time(bounds.graceMsDefault)}, at most ${time(bounds.graceMs)}`,
    ],
  ];
}

function bookRows(): readonly Row[] {
  const ahead = `${time(aheadToleranceMs)} ahead`;
  return [
    ['`occurredAt`', `${acceptWindowDays} days back, ${ahead}`],
    ['time of a UUIDv7 key', `the retention back (when it has no record), ${ahead}`],
    ['an account, in all its life', '2⁵³−1 requests, 2⁶³−1 stroops'],
    ['accounts in one settlement of an agent', count(settleBulkAccountsMax)],
    ['price versions of a service', count(priceVersionsMax)],
    ['`effectiveFrom` of a price', `in the future, at most ${datedPriceDaysMax} days ahead`],
    ['tiers of a price', count(tiersMax)],
    ['limits of a tenant; that apply to the same usage', `${count(limitsMax)}; ${limitsOfWriteMax}`],
    [
      'assets that a tenant registers; their scale',
      `${count(assetsMax)}, beside ${xlm.code}; 0 to ${assetScaleMax}`,
    ],
    [
      'grants of a balance that are not used up; refunds',
      `${count(grantsOpenMax)}; ${count(refundsOpenMax)}`,
    ],
    ['open holds of a balance', count(holdsOpenMax)],
    ['time of a hold', `${time(bounds.holdMsDefault)}, at most ${time(bounds.holdMs)}`],
    [
      'lines of a statement; movements of the balance in it',
      `${count(statementLinesMax)}; ${count(statementMovementsMax)}`,
    ],
    ['webhooks of a tenant', count(webhooksMax)],
  ];
}

function serverRows(): readonly Row[] {
  const { page, walk, export: exports } = placeLimits;
  const running = [page, walk, exports].map(
    (one) => `${one.runningMax}, of one tenant ${one.runningOfTenantMax}`,
  );
  const inFlight = count(ledgerLimitsDefault.inFlightItemsMax);
  return [
    [
      'whole request, to arrive within',
      `${variableTime('REQUEST_TIMEOUT_MS')}; its head within a third of that`,
    ],
    ['connections', variable('MAX_CONNECTIONS')],
    [
      'connections of one client address',
      `${variable('MAX_CONNECTIONS_PER_ADDRESS')}; not for each address behind a trusted proxy`,
    ],
    ['connections of one tenant', 'half of all (`MAX_CONNECTIONS_PER_TENANT`)'],
    [
      'connection after a refusal that came before the whole request',
      `${time(lingerMs)} ([ADR 0048](../adr/0048-places-of-connections.md))`,
    ],
    [`client that takes less than ${bytes(answerBytesMin)} of an answer`, variableTime('ANSWER_STALL_MS')],
    [
      'items waiting in the queue',
      `${count(ledgerLimitsDefault.queuedItemsMax)}; one lane alone half of that`,
    ],
    [
      'items with the writer and not answered; items in a batch',
      `about ${inFlight}, unless a single bulk or \`settle/bulk\` has more`,
    ],
    ['reads that run at once: pages; walks; exports', running.join('; ')],
    ['reads of a tenant that wait: pages; walks', `${page.waitingOfTenantMax}; ${walk.waitingOfTenantMax}`],
    ['an export', time(exportMsMax)],
  ];
}

type IntegerName = 'BULK_MAX_ITEMS' | 'MAX_CONNECTIONS' | 'MAX_CONNECTIONS_PER_ADDRESS';

function variable(name: IntegerName): string {
  return `${count(variables[name].default)} (\`${name}\`)`;
}

function variableTime(name: 'REQUEST_TIMEOUT_MS' | 'ANSWER_STALL_MS'): string {
  return `${time(variables[name].default)} (\`${name}\`)`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function bytes(value: number): string {
  const mebibyte = 1024 ** 2;
  return value >= mebibyte ? `${value / mebibyte} MiB` : `${value / 1024} KiB`;
}

const units = [
  ['days', 86_400_000],
  ['hours', 3_600_000],
  ['minutes', 60_000],
  ['s', 1_000],
] as const;

function time(ms: number): string {
  const [unit, size] = units.find(([, size]) => ms % size === 0) ?? ['ms', 1];
  const value = ms / size;
  return value === 1 && unit !== 's' ? `1 ${unit.slice(0, -1)}` : `${value} ${unit}`;
}
