import type { BillLine } from '../../domain/quote.ts';
import {
  accountId,
  amount,
  count,
  id,
  joined,
  key,
  named,
  ofService,
  optional,
  part,
  small,
  table,
  text,
} from '../table.ts';
import { exactAmount } from './balances.ts';
import { tierPartsColumn } from './tiers.ts';

/** Bills. */
export const settlements = table({
  name: 'settlements',
  place: { tenant: text(), account: accountId() },
  columns: {
    id: key(id()),
    agent: joined(text()),
    serviceId: joined(text()),
    unitScale: joined(small()),
    asset: ofService(text()),
    assetScale: ofService(small()),
    number: count(),
    from: named('from_sequence', count()),
    through: named('through_sequence', count()),
    requests: count(),
    lines: part<readonly BillLine[]>(),
    carriedStroops: amount(),
    remainder: amount(),
    billedStroops: amount(),
    paid: exactAmount(),
    settledAtMs: count(),
    runId: optional(text()),
  },
});

export const settlementLines = table({
  name: 'settlement_lines',
  place: { tenant: text(), settlement: id() },
  columns: {
    priceVersion: key(small()),
    requests: count(),
    price: amount(),
    amount: exactAmount(),
    tiered: optional(tierPartsColumn),
  },
});
