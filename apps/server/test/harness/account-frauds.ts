import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Account } from '../../src/domain/account.ts';
import { AccountAudit } from '../../src/domain/audit.ts';
import { plusTaken, type TakenTiers, takenTiers } from '../../src/domain/audit-tiers.ts';
import { emptyBalance } from '../../src/domain/balance.ts';
import { policyDefault } from '../../src/domain/billing.ts';
import type { Command } from '../../src/domain/command.ts';
import { amountOfStroop } from '../../src/domain/money.ts';
import { inStroops, pricesOf, type StatedPrice } from '../../src/domain/service.ts';
import type { Settlement } from '../../src/domain/settlement.ts';
import type { Entry } from '../../src/domain/usage.ts';
import { DomainBooks } from './domain-books.ts';
import { exampleGrant } from './example-money.ts';

const nothing = undefined;
export const use = (requests: number): Command => ({
  kind: 'record_usage',
  item: { agent: 'a', serviceId: 's', requests, usageId: nothing, occurredAtNs: nothing },
});
export const settle: Command = {
  kind: 'settle',
  agent: 'a',
  serviceId: 's',
  through: nothing,
  expectedStroops: nothing,
  expectedMarks: nothing,
};
export const clear: Command = { kind: 'clear_account', agent: 'a', serviceId: 's' };
export const writeOff: Command = {
  kind: 'write_off_credit',
  agent: 'a',
  serviceId: 's',
  writeOffKind: 'write_off',
  reason: 'r',
  expectedStroops: nothing,
};
export const price = (stated: StatedPrice): Command => ({ kind: 'set_price', serviceId: 's', stated });
export const reverse = (entryId: string, requests?: number): Command => ({
  kind: 'reverse_entry',
  entryId,
  reason: 'r',
  requests,
});

interface History {
  readonly account: Account;
  readonly entries: readonly Entry[];
  readonly settlements: readonly Settlement[];
}

export type Fraud = (history: History) => History;
/** A fraud, what the audit finds first, and whether it finds nothing else. */
type Case = readonly [fraud: Fraud, first: string, rest: 'alone' | 'with others'];

/** What an audit finds in the books that commands made, after a fraud. */
export function findingIn(commands: readonly Command[], fraud: Fraud, isPrepaid = false) {
  const books = new DomainBooks();
  books.done({ kind: 'put_service', serviceId: 's', stated: inStroops(7n), metadata: nothing });
  if (isPrepaid) {
    const grant = exampleGrant({ id: 'g', amount: 1_000n * amountOfStroop });
    const balance = { ...emptyBalance('a', 'XLM'), grants: 1, granted: grant.amount, open: [grant] };
    books.has({
      policies: [{ agent: 'a', policy: { ...policyDefault, mode: 'prepaid' } }],
      balances: [balance],
      grants: [{ agent: 'a', asset: 'XLM', grant }],
    });
  }
  for (const command of commands) books.done(command);
  const { entries, settlements, prices } = books.view.changes();
  const account = books.view.account('a', 's');
  const history = fraud({ account, entries, settlements });
  const audit = new AccountAudit(history.account, pricesOf(prices));
  for (const entry of history.entries) {
    const { taken, inTiers } = takenBy(entry, history.entries, audit);
    audit.entry(entry, taken, inTiers);
    for (const settlement of history.settlements)
      if (settlement.through === entry.sequence) audit.settlement(settlement);
  }
  return audit.finish();
}

/** The usage that a reversal names, as the entries show it. */
function takenBy({ reversal, requests: reversed }: Entry, entries: readonly Entry[], audit: AccountAudit) {
  const taken = new Map<number, number>();
  const inTiers = new Map<number, TakenTiers>();
  if (reversal === undefined) return { taken, inTiers };
  for (const entry of entries) {
    const { sequence, requests, priceVersion } = entry;
    if (sequence <= reversal.from || sequence > reversal.through || requests <= 0) continue;
    const before = audit.reversedOf(entry);
    const left = requests - before;
    if (left === 0) continue;
    taken.set(priceVersion, (taken.get(priceVersion) ?? 0) + left);
    const tiers = takenTiers(entry, before, reversal.entryId === undefined ? left : -reversed);
    if (tiers !== undefined) inTiers.set(priceVersion, plusTaken(inTiers.get(priceVersion), tiers));
  }
  return { taken, inTiers };
}

export const ofAccount =
  (members: (account: Account) => Partial<Account>): Fraud =>
  (history) => ({
    ...history,
    account: { ...history.account, ...members(history.account) },
  });
export const ofEntry =
  (sequence: number, members: (entry: Entry) => Partial<Entry>): Fraud =>
  (history) => ({
    ...history,
    entries: history.entries.map((entry) =>
      entry.sequence === sequence ? { ...entry, ...members(entry) } : entry,
    ),
  });
export const ofBill =
  (number: number, members: (bill: Settlement) => Partial<Settlement>): Fraud =>
  (history) => ({
    ...history,
    settlements: history.settlements.map((bill) =>
      bill.number === number ? { ...bill, ...members(bill) } : bill,
    ),
  });

type Line = Account['lines'][number];
export const ofLines = (members: (line: Line, all: Account['lines']) => Partial<Line>) =>
  ofAccount(({ lines }) => ({ lines: lines.map((line) => ({ ...line, ...members(line, lines) })) }));
type BillLine = Settlement['lines'][number];
export const ofBillLines = (members: (line: BillLine, all: readonly BillLine[]) => Partial<BillLine>) =>
  ofBill(1, ({ lines }) => ({ lines: lines.map((line) => ({ ...line, ...members(line, lines) })) }));

/** Tests what the audit finds first after each fraud, and that it finds nothing in honest books. */
export function testEach(
  name: string,
  commands: readonly Command[],
  cases: readonly Case[],
  isPrepaid = false,
): void {
  test(name, () => {
    assert.deepEqual(findingIn(commands, (history) => history, isPrepaid).differences, []);
    for (const [fraud, first, rest] of cases) {
      const { differences } = findingIn(commands, fraud, isPrepaid);
      assert.equal(differences[0], first);
      assert.equal(differences.length === 1, rest === 'alone', `${first}: ${differences.length}`);
    }
  });
}
