import { useState } from 'preact/hooks';
import type { BodyOf } from '../../api/types.ts';
import { useWrite } from '../../api/use-write.ts';
import { isAmount } from '../../core/amount.ts';
import { ActDialog } from '../../parts/act-dialog.tsx';
import { Choice, TextField } from '../../parts/fields.tsx';

type Billing = BodyOf<'readBilling'>;

const modes = [
  ['prepaid', 'Prepaid: the price is drawn from the balance'],
  ['postpaid', 'Postpaid: bills by settlements'],
  ['inherited', 'By the policy of the tenant'],
] as const;
type Mode = (typeof modes)[number][0];

/** Sets how an agent pays for what is recorded from now on. */
export function SetBilling({
  billing,
  onChanged,
  onClose,
}: {
  readonly billing: Billing;
  readonly onChanged: () => void;
  readonly onClose: () => void;
}) {
  const { agent, asset } = billing;
  const [mode, setMode] = useState<Mode>(billing.source === 'agent' ? billing.mode : 'inherited');
  const [overdraft, setOverdraft] = useState(billing.overdraft);
  const [levels, setLevels] = useState(billing.lowAt.join(', '));
  const put = useWrite('putBilling');
  const inherit = useWrite('deleteBilling');
  const write = mode === 'inherited' ? inherit : put;
  const lowAt = levels.split(/[\s,;]+/).filter((level) => level !== '');
  const isReady =
    mode === 'inherited' || (isAmount(overdraft.trim()) && lowAt.length <= 10 && lowAt.every(isAmount));
  const set = () => {
    const onSent = ({ kind }: { readonly kind: 'answered' | 'failed' }) => {
      if (kind === 'failed') return;
      onClose();
      onChanged();
    };
    if (mode === 'inherited') inherit.send({ params: { agent } }, onSent);
    else put.send({ params: { agent }, body: { mode, asset, overdraft: overdraft.trim(), lowAt } }, onSent);
  };
  return (
    <ActDialog
      title={`How ${agent} pays`}
      act="Set it"
      write={write}
      isReady={isReady}
      onAct={set}
      onClose={onClose}
    >
      <Choice label="Mode" value={mode} values={modes} onChange={setMode} />
      {mode !== 'inherited' && (
        <>
          <TextField
            label={`Overdraft in ${asset}`}
            hint="How far below 0 usage and holds may take the available amount."
            value={overdraft}
            onInput={setOverdraft}
            inputMode="decimal"
            isRequired
          />
          <TextField
            label={`Report a low balance at, in ${asset}`}
            hint="Up to ten amounts with commas between them: an event balance.low for each."
            value={levels}
            onInput={setLevels}
          />
        </>
      )}
      <p class="muted small">It applies to usage that is recorded from now on.</p>
    </ActDialog>
  );
}
