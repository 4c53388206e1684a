import { AgentPay } from './agentpay.ts';
import type { Book } from './book.ts';
import { carryKeys } from './carry-keys.ts';
import { carryDisabled, carryServices } from './carry-services.ts';
import { carryUsage } from './carry-usage.ts';
import { carryWebhooks } from './carry-webhooks.ts';
import { compare } from './compare.ts';
import { JsonClient } from './json-client.ts';
import { MoveFault } from './move-fault.ts';
import type { MoveOptions } from './options.ts';
import { readBooks } from './read-books.ts';
import { type NewSecret, Report } from './report.ts';
import { Target } from './target.ts';

/** The output of a move while it runs. */
export interface MovePorts {
  readonly warn: (text: string) => void;
  /** keeps a secret that is shown once */
  readonly onSecret: (secret: NewSecret) => void;
  /** shows how far the move is, or for what it waits, to a person at a terminal */
  readonly progress?: ((text: string, isWait?: boolean) => void) | undefined;
}

/**
 * Carries over an AgentPay. Everything is read before anything is written, and every write may be repeated.
 *
 * @throws {MoveFault} if one of the two servers does not answer, or answers unexpectedly; the command can be run again
 */
export async function move(options: MoveOptions, ports: MovePorts): Promise<Report> {
  const { tenant, isDryRun } = options;
  const onWait = (text: string) => ports.progress?.(text, true);
  const agentPay = new AgentPay(new JsonClient(options.from, onWait));
  const target = new Target(new JsonClient(options.server, onWait), options.apiKey);
  const report = new Report(ports.progress);
  await target.requireBillonce(tenant);
  if (await agentPay.isBillonce()) throw new MoveFault(`${options.from} is a Billonce server, not AgentPay`);
  await requirePaused(agentPay, options, ports);
  const sourceKeys = await agentPay.keys();
  const webhooks = await agentPay.webhooks();
  const { books, keys } = await readBooks(agentPay, tenant, options.keys, sourceKeys, report);
  const left = new Map<Book, ReadonlySet<string>>();
  for (const book of books) left.set(book, await carryServices(book, options, target, report));
  const leftOf = (book: Book) => left.get(book) ?? new Set<string>();
  for (const book of books) await carryUsage(book, leftOf(book), options, target, report);
  for (const book of books) await carryDisabled(book, leftOf(book), options, target, report);
  await carryWebhooks(webhooks, tenant, options, target, report, ports.onSecret);
  await carryKeys(keys, sourceKeys, options, target, report);
  if (!isDryRun) await compare(books, left, target, report);
  if (!(await agentPay.isPaused()) && !isDryRun) {
    report.refused('what AgentPay recorded meanwhile', 'AgentPay was unpaused while it was carried over');
  }
  return report;
}

async function requirePaused(
  agentPay: AgentPay,
  { from, isDryRun }: MoveOptions,
  ports: MovePorts,
): Promise<void> {
  if (await agentPay.isPaused()) return;
  const advice = `AgentPay is not paused, so its totals can change meanwhile: POST ${from}/api/v1/admin/pause`;
  if (!isDryRun) throw new MoveFault(advice);
  ports.warn(advice);
}
