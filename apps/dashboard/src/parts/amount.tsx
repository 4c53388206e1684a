import { amountText, grouped, inXlm, type Money, scaled } from '../core/amount.ts';

/** An amount, exact, in its asset; zeros at its end are paler. */
export function Amount({ of }: { readonly of: Money }) {
  const { sign, whole, fraction, zeros } = amountText(of.amount);
  return (
    <span class="amount" title={inStroops(of)}>
      {sign}
      {whole}
      {fraction === '' && zeros === '' ? '' : '.'}
      {fraction}
      <span class="zeros">{zeros}</span>
      <span class="unit"> {of.asset}</span>
    </span>
  );
}

/** An amount in stroops, as XLM. */
export function Xlm({ stroops }: { readonly stroops: string | bigint | number }) {
  return <Amount of={inXlm(stroops)} />;
}

/** Sums in other assets than XLM, one below the other. */
export function InOtherAssets<S extends { readonly asset: string }>({
  sums = [],
  of,
}: {
  readonly sums: readonly S[] | undefined;
  readonly of: (sum: S) => string;
}) {
  return (
    <>
      {sums.map((sum) => (
        <div key={sum.asset}>
          <Amount of={{ amount: of(sum), asset: sum.asset }} />
        </div>
      ))}
    </>
  );
}

const stroop = 10n ** 11n;

function inStroops({ amount, asset }: Money): string | undefined {
  const exact = scaled(amount);
  return asset === 'XLM' && exact % stroop === 0n ? `${grouped(exact / stroop)} stroops` : undefined;
}

/** A count, exact. */
export function Count({ of }: { readonly of: number | bigint }) {
  return <span class="amount">{grouped(of)}</span>;
}
