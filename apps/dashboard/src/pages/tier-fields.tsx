import { noTier, type TypedTier, tiersMax } from '../core/typed-tiers.ts';
import { Choice, TextField } from '../parts/fields.tsx';

const periods = [
  ['day', 'a day'],
  ['month', 'a month'],
  ['lifetime', 'always'],
] as const;

/** Over what tiers count. */
type Period = (typeof periods)[number][0];

/** The tiers of a price, each with its border, its price, and the units of its package. */
export function TierFields({
  asset,
  tiers,
  period,
  onTiers,
  onPeriod,
}: {
  readonly asset: string;
  readonly tiers: readonly TypedTier[];
  readonly period: Period;
  readonly onTiers: (tiers: readonly TypedTier[]) => void;
  readonly onPeriod: (period: Period) => void;
}) {
  const change = (at: number, changed: Partial<TypedTier>) =>
    onTiers(tiers.map((tier, number) => (number === at ? { ...tier, ...changed } : tier)));
  return (
    <>
      <Choice label="Counted over" value={period} values={periods} onChange={onPeriod} />
      {tiers.map((tier, at) => (
        <fieldset key={at}>
          <legend>Tier {at + 1}</legend>
          {at < tiers.length - 1 && (
            <TextField
              label={`Tier ${at + 1} up to`}
              hint="The quantity of the period at which it ends, above that of the previous tier."
              value={tier.upTo}
              onInput={(upTo) => change(at, { upTo })}
              inputMode="numeric"
              isRequired
            />
          )}
          <TextField
            label={`Tier ${at + 1} price in ${asset}`}
            value={tier.price}
            onInput={(price) => change(at, { price })}
            inputMode="decimal"
            isRequired
          />
          <TextField
            label={`Tier ${at + 1} package of`}
            hint="The number of units in a package; a started package is charged in full. Empty: by units."
            value={tier.size}
            onInput={(size) => change(at, { size })}
            inputMode="numeric"
          />
        </fieldset>
      ))}
      <div>
        <button
          type="button"
          class="button"
          disabled={tiers.length >= tiersMax}
          onClick={() => onTiers([...tiers, noTier])}
        >
          Add a tier
        </button>{' '}
        <button
          type="button"
          class="button"
          disabled={tiers.length < 2}
          onClick={() => onTiers([...tiers.slice(0, -2), { ...(tiers.at(-2) ?? noTier), upTo: '' }])}
        >
          Remove the last tier
        </button>
      </div>
    </>
  );
}
