import { type Reversal, type ReversalLine, type WriteOff, writeOffKinds } from '../../domain/usage.ts';
import {
  accountId,
  amount,
  count,
  id,
  joined,
  key,
  literal,
  named,
  ofService,
  only,
  optional,
  part,
  small,
  table,
  text,
} from '../table.ts';
import { exactAmount } from './balances.ts';
import { entryTiersColumn, reversedTiersColumn } from './tiers.ts';

/** Usage that was recorded, reversals and write-offs. */
export const entries = table({
  name: 'entries',
  place: { tenant: text(), account: accountId() },
  columns: {
    id: key(id()),
    agent: joined(text()),
    serviceId: joined(text()),
    unitScale: joined(small()),
    asset: ofService(optional(text())),
    assetScale: ofService(optional(small())),
    sequence: count(),
    requests: count(),
    priceVersion: small(),
    lineRequests: count(),
    outstandingAfter: optional(count()),
    usageId: optional(text()),
    occurredAtNs: optional(amount()),
    metadata: optional(text()),
    recordedAtMs: count(),
    drawn: optional(exactAmount()),
    paidAfter: optional(exactAmount()),
    tiered: optional(entryTiersColumn),
    reversal: part<Reversal | undefined>(),
    writeOff: part<WriteOff | undefined>(),
  },
});

/** The entry that the rows below belong to. */
const ofEntry = { tenant: only('postgres', text()), account: accountId(), sequence: count() };

/** What the entries that are reversals take back. */
export const reversals = table({
  name: 'reversals',
  place: ofEntry,
  columns: {
    entryId: optional(id()),
    from: named('from_sequence', count()),
    through: named('through_sequence', count()),
    reason: optional(text()),
    lines: part<readonly ReversalLine[]>(),
  },
});

export const reversalLines = table({
  name: 'reversal_lines',
  place: ofEntry,
  columns: {
    priceVersion: key(small()),
    requests: count(),
    lineReversed: count(),
    tiered: optional(reversedTiersColumn),
  },
});

/** What the entries that are write-offs take off the credit of their account. */
export const writeOffs = table({
  name: 'write_offs',
  place: ofEntry,
  columns: { kind: literal(writeOffKinds), stroops: amount(), reason: text() },
});
