import type { SourceService } from './agentpay.ts';
import type { Book } from './book.ts';
import { serviceThere } from './carry-services.ts';
import { isNameable } from './carry-usage.ts';
import { refusalOf } from './json-client.ts';
import { countOf, memberOf, textOf } from './json-members.ts';
import { MoveFault } from './move-fault.ts';
import type { Report } from './report.ts';
import type { Target } from './target.ts';

interface Account {
  readonly tenant: string;
  readonly agent: string;
  readonly serviceId: string;
  total: bigint;
}

const atOnce = 8;

/** Compares every service and every total of AgentPay with the current state here. */
export async function compare(
  books: readonly Book[],
  left: ReadonlyMap<Book, ReadonlySet<string>>,
  target: Target,
  report: Report,
): Promise<void> {
  for (const book of books) {
    const services = book.services.filter(({ serviceId }) => !(left.get(book)?.has(serviceId) ?? false));
    await inGroups(services, async (service) => {
      report.compared(
        serviceDifference(service, book, await serviceThere(target, book.tenant, service.serviceId)),
      );
    });
  }
  await inGroups(accountsOf(books), async (account) => {
    report.compared(await totalDifference(account, target));
  });
}

function serviceDifference(service: SourceService, { tenant }: Book, there: unknown): string | undefined {
  const what = `service ${service.serviceId} of tenant ${tenant}`;
  if (there === undefined) return `${what}: it is missing on this server`;
  const differing = [
    countOf(there, 'priceStroops') === service.priceStroops ? undefined : 'price',
    memberOf(there, 'disabled') === service.disabled ? undefined : 'disabled flag',
    textOf(there, 'description') === service.description ? undefined : 'description',
    textOf(there, 'owner') === service.owner ? undefined : 'owner',
  ].filter((name) => name !== undefined);
  return differing.length === 0 ? undefined : `${what}: another ${differing.join(', ')}`;
}

async function totalDifference(account: Account, target: Target): Promise<string | undefined> {
  const { tenant, agent, serviceId, total } = account;
  const path = `/usage/${encodeURIComponent(agent)}/${encodeURIComponent(serviceId)}`;
  const { status, json } = await target.get(tenant, path);
  const here = countOf(json, 'total');
  if (status !== 200 || here === undefined) {
    throw new MoveFault(`the server answers GET ${path} with ${refusalOf(status, json)}`);
  }
  if (BigInt(here) === total) return undefined;
  return `usage of ${agent} at ${serviceId} of tenant ${tenant}: AgentPay has ${total}, and this server has ${here}`;
}

/** Several keys can belong to one tenant here. */
function accountsOf(books: readonly Book[]): readonly Account[] {
  const accounts = new Map<string, Account>();
  for (const { tenant, totals } of books) {
    for (const source of totals) {
      if (!isNameable(source)) continue;
      const { agent, serviceId, total } = source;
      const name = JSON.stringify([tenant, agent, serviceId]);
      const account = accounts.get(name) ?? { tenant, agent, serviceId, total: 0n };
      account.total += BigInt(total);
      accounts.set(name, account);
    }
  }
  return [...accounts.values()];
}

async function inGroups<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  for (let index = 0; index < items.length; index += atOnce) {
    await Promise.all(items.slice(index, index + atOnce).map(act));
  }
}
