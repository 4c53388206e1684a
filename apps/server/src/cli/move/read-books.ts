import { isDeepStrictEqual } from 'node:util';
import type { AgentPay, SourceKey } from './agentpay.ts';
import type { Book } from './book.ts';
import { prefixOf } from './carry-keys.ts';
import { identityOf } from './identity.ts';
import type { SuppliedKey } from './keys-file.ts';
import type { Report } from './report.ts';

export interface ReadBooks {
  readonly books: readonly Book[];
  /** the supplied keys that AgentPay knows */
  readonly keys: readonly SuppliedKey[];
}

/** Reads the data in AgentPay of callers without a key, and of each supplied key. */
export async function readBooks(
  agentPay: AgentPay,
  tenant: string,
  supplied: readonly SuppliedKey[],
  sourceKeys: readonly SourceKey[],
  report: Report,
): Promise<ReadBooks> {
  const keyless: Book = {
    name: 'callers without a key',
    id: 'public',
    tenant,
    services: await agentPay.services(undefined),
    totals: await agentPay.totals(undefined),
  };
  const books = [keyless];
  const keys: SuppliedKey[] = [];
  const notSupplied = [...sourceKeys];
  for (const key of supplied) {
    const what = `API key ${prefixOf(key.key)}…`;
    const index = notSupplied.findIndex(({ prefix }) => prefix === prefixOf(key.key));
    const book: Book = {
      name: what,
      id: identityOf('key', key.key),
      tenant: key.tenant,
      services: await agentPay.services(key.key),
      totals: await agentPay.totals(key.key),
    };
    if (index === -1 || isTheSame(book, keyless)) {
      report.refused(what, 'AgentPay does not know it, or returns for it the data of callers without a key');
      continue;
    }
    notSupplied.splice(index, 1);
    books.push(book);
    keys.push(key);
  }
  for (const { prefix, label } of notSupplied) {
    report.refused(
      `API key ${prefix}… (${JSON.stringify(label)}), its services and its usage`,
      'the key is not supplied: AgentPay returns the data of a key only to that key',
    );
  }
  return { books, keys };
}

/** AgentPay treats an unknown key like no key, so a mistyped key would carry over the same usage twice. */
function isTheSame(book: Book, keyless: Book): boolean {
  if (keyless.services.length + keyless.totals.length === 0) return false;
  return isDeepStrictEqual([book.services, book.totals], [keyless.services, keyless.totals]);
}
