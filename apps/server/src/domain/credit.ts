import { type Account, outstandingRequests, tiersAtEnd } from './account.ts';
import type { InAsset } from './asset.ts';
import type { Stroops } from './money.ts';
import type { Quote } from './quote.ts';
import type { Entry, WriteOff } from './usage.ts';

/** The credit of an account by its quote: the rest that a settlement now would carry, as a number above 0. */
export function creditOf(quote: Quote): Stroops {
  return -quote.carriedOnStroops;
}

/** The account after its carried credit was written off, and the entry that does it. */
export function writeOffOn(
  account: Account,
  { asset, assetScale }: InAsset,
  made: Pick<Entry, 'id' | 'recordedAtMs'>,
  writeOff: WriteOff,
): { readonly account: Account; readonly entry: Entry & { readonly writeOff: WriteOff } } {
  const sequence = account.sequence + 1;
  const top = account.lines.at(-1);
  return {
    account: { ...account, sequence, carriedStroops: account.carriedStroops + writeOff.stroops },
    entry: {
      ...made,
      agent: account.agent,
      serviceId: account.serviceId,
      unitScale: account.unitScale,
      asset,
      assetScale,
      sequence,
      requests: 0,
      priceVersion: top?.priceVersion ?? 0,
      lineRequests: top?.recordedRequests ?? 0,
      tiered: tiersAtEnd(account),
      outstandingAfter: outstandingRequests(account),
      usageId: undefined,
      occurredAtNs: undefined,
      paidAfter: account.paid === 0n ? undefined : account.paid,
      writeOff,
    },
  };
}
