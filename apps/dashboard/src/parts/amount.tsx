import { amountText, grouped, xlm } from '../core/amount.ts';

/** An amount in XLM, exact; zeros at its end are paler. */
export function Amount({ stroops }: { readonly stroops: string | bigint }) {
  const exact = BigInt(stroops);
  const { sign, whole, fraction, zeros } = amountText(exact);
  return (
    <span class="amount" title={`${grouped(exact)} stroops`}>
      {sign}
      {whole}.{fraction}
      <span class="zeros">{zeros}</span>
      <span class="unit"> XLM</span>
    </span>
  );
}

/** A price for one request. */
export function Price({ stroops }: { readonly stroops: number | string }) {
  return (
    <span class="amount" title={xlm(BigInt(stroops))}>
      {grouped(BigInt(stroops))}
      <span class="unit"> stroops</span>
    </span>
  );
}

/** A count, exact. */
export function Count({ of }: { readonly of: number | bigint }) {
  return <span class="amount">{grouped(of)}</span>;
}
