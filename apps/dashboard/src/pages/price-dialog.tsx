import { useState } from 'preact/hooks';
import type { BodyOf } from '../api/types.ts';
import { useWrite } from '../api/use-write.ts';
import { isPrice } from '../core/amount.ts';
import { priceOf } from '../core/billing.ts';
import { sentTiers, typedTiers } from '../core/typed-tiers.ts';
import { Amount } from '../parts/amount.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Choice, Form, TextField } from '../parts/fields.tsx';
import { WriteFailure } from '../parts/write-failure.tsx';
import { TierFields } from './tier-fields.tsx';

const units = [
  ['one', 'one unit'],
  ['thousand', '1,000 units'],
  ['million', '1,000,000 units'],
] as const;

const kinds = [
  ['flat', 'one price'],
  ['tiers', 'tiers by the usage in a period'],
] as const;

/** For how many units a price is. */
type Units = (typeof units)[number][0];

const unitsIn = { one: 1, thousand: 1_000, million: 1_000_000 } as const satisfies Record<Units, number>;

function unitsOf(per: number): Units {
  return units.find(([name]) => unitsIn[name] === per)?.[0] ?? 'one';
}

/** What a field for a time has, in the time zone of the browser, as the API takes it; `undefined` if it is empty. */
function instantOf(date: string): string | undefined {
  return date === '' || isMisdated(date) ? undefined : new Date(date).toISOString();
}

function isMisdated(date: string): boolean {
  return date !== '' && Number.isNaN(Date.parse(date));
}

/** Sets the price of what is recorded from now on, or from a time on. */
export function PriceDialog({
  service,
  onChanged,
  onClose,
}: {
  readonly service: BodyOf<'readService'>;
  readonly onChanged: () => void;
  readonly onClose: () => void;
}) {
  const { serviceId, price, per, asset } = service;
  const [text, setText] = useState(price);
  const [kind, setKind] = useState<(typeof kinds)[number][0]>(service.tiers === undefined ? 'flat' : 'tiers');
  const [tiers, setTiers] = useState(() => typedTiers(service.tiers));
  const [period, setPeriod] = useState(service.period ?? 'month');
  const [chosen, setChosen] = useState(unitsOf(per));
  const [date, setDate] = useState('');
  const write = useWrite('setPrice');
  const effectiveFrom = instantOf(date);
  const perUnits = unitsIn[chosen];
  const typed = text.trim();
  const inTiers = sentTiers(tiers, perUnits);
  const flat = isPrice(typed, perUnits) ? { price: typed, per: perUnits } : undefined;
  const stated = kind === 'flat' ? flat : inTiers && { tiers: inTiers, period, per: perUnits };
  const isValid = stated !== undefined && !isMisdated(date);
  const set = () => {
    if (stated === undefined || isMisdated(date)) return;
    const price = stated;
    const body = effectiveFrom === undefined ? price : { ...price, effectiveFrom };
    write.send({ params: { serviceId }, body }, (sent) => {
      if (sent.kind === 'failed') return;
      onChanged();
      onClose();
    });
  };
  return (
    <Dialog title="Set the price" onClose={onClose}>
      <WriteFailure failure={write.failure} />
      <Form label="Set the price" onSubmit={set}>
        <Choice label="Kind" value={kind} values={kinds} onChange={setKind} />
        {kind === 'tiers' ? (
          <TierFields asset={asset} tiers={tiers} period={period} onTiers={setTiers} onPeriod={setPeriod} />
        ) : (
          <TextField
            label={`Price in ${asset}`}
            hint={
              flat === undefined ? (
                'A number such as 0.15: at most 9,000,000 for one unit, with at most 12 decimal places.'
              ) : (
                <>
                  1,000,000 units cost <Amount of={priceOf({ ...flat, asset }, 1_000_000n)} />
                </>
              )
            }
            value={text}
            onInput={setText}
            inputMode="decimal"
            isRequired
          />
        )}
        <Choice label="For" value={chosen} values={units} onChange={setChosen} />
        <TextField
          label="From"
          hint="A time in the future, in the time zone of this browser. Empty: from now on."
          type="datetime-local"
          value={date}
          onInput={setDate}
        />
        <p class="muted small">
          It applies to usage that is recorded {effectiveFrom === undefined ? 'from now on' : 'from then on'}.
          Usage that was recorded earlier keeps its price.
          {effectiveFrom !== undefined &&
            service.nextPrice !== undefined &&
            ' It replaces the next price that was set before.'}
          {effectiveFrom === undefined &&
            service.nextPrice !== undefined &&
            ' The next price still takes effect at its date.'}
          {service.tiers !== undefined && kind === 'flat' && ' It replaces all tiers.'}
        </p>
        <div class="dialog-actions">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="button primary" disabled={!isValid || write.isWriting}>
            Set the price
          </button>
        </div>
      </Form>
    </Dialog>
  );
}
