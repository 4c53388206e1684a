import { type Account, outstandingRequests } from '../domain/account.ts';
import { csvRow } from './csv.ts';

/** What is outstanding on each account, as one JSON document. */
export async function* totalsJson(
  pages: AsyncIterable<readonly Account[]>,
  exportedAtMs: number,
): AsyncGenerator<string> {
  yield `{"exportedAt":${exportedAtMs},"items":[`;
  let separator = '\n';
  for await (const page of pages) {
    let text = '';
    for (const account of page) {
      text += separator + JSON.stringify(totalOf(account));
      separator = ',\n';
    }
    yield text;
  }
  yield '\n]}\n';
}

/** The same as CSV. Its lines end as AgentPay's do: clients cut this file at each line feed. */
export async function* totalsCsv(pages: AsyncIterable<readonly Account[]>): AsyncGenerator<string> {
  yield 'agent,serviceId,total\n';
  for await (const page of pages) yield page.map((account) => `${line(account)}\n`).join('');
}

function line(account: Account): string {
  const { agent, serviceId, total } = totalOf(account);
  return csvRow([agent, serviceId, total]).trimEnd();
}

function totalOf(account: Account) {
  const { agent, serviceId } = account;
  return { agent, serviceId, total: outstandingRequests(account) };
}
