import { useState } from 'preact/hooks';
import type { BodyOf } from '../../api/types.ts';
import type { Reading } from '../../api/use-read.ts';
import { useWrite } from '../../api/use-write.ts';
import { isPositiveAmount, moneyOf, moneyText } from '../../core/amount.ts';
import { instantOf } from '../../core/time.ts';
import { ActDialog } from '../../parts/act-dialog.tsx';
import { Amount } from '../../parts/amount.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { TextField } from '../../parts/fields.tsx';
import type { AgentView } from './agent-view.ts';

/** Grants prepaid money to an agent. */
export function AddCredit({
  agent,
  asset,
  balance: { data: balance },
  onChanged,
  onClose,
}: Pick<AgentView, 'agent' | 'asset' | 'onChanged'> & {
  readonly balance: Reading<BodyOf<'readBalance'>>;
  readonly onClose: () => void;
}) {
  const [amount, setAmount] = useState('');
  const [note, setNote] = useState('');
  const [id, setId] = useState('');
  const [expires, setExpires] = useState('');
  const [made, setMade] = useState<BodyOf<'createGrant'>>();
  const write = useWrite('createGrant');
  const isReady = isPositiveAmount(amount.trim());
  const close = () => {
    if (made !== undefined || write.isUncertain) onChanged();
    onClose();
  };
  if (made !== undefined) return <Made made={made} onClose={close} />;
  const expiresAt = instantOf(expires);
  const add = () =>
    write.send(
      {
        params: { agent },
        body: {
          amount: amount.trim(),
          asset,
          ...(note.trim() === '' ? {} : { note: note.trim() }),
          ...(id.trim() === '' ? {} : { id: id.trim() }),
          ...(expiresAt === undefined ? {} : { expiresAt }),
        },
      },
      (sent) => {
        if (sent.kind === 'answered') setMade(sent.answer);
      },
    );
  return (
    <ActDialog
      title="Add credit"
      act={isReady ? `Add ${moneyText(moneyOf(amount.trim(), asset))}` : 'Add credit'}
      write={write}
      isReady={isReady}
      onAct={add}
      onClose={close}
    >
      <p>
        <strong>{agent}</strong> has{' '}
        {balance === undefined ? '…' : <Amount of={moneyOf(balance.available, balance.asset)} />} available.
      </p>
      <TextField
        label={`Amount in ${asset}`}
        hint="Above 0, with at most 18 decimals."
        value={amount}
        onInput={setAmount}
        inputMode="decimal"
        isRequired
      />
      <TextField
        label="Id"
        hint="For example the number of an invoice. The same id is granted once, also by another person."
        value={id}
        onInput={setId}
      />
      <TextField
        label="Expires"
        hint="What is left cannot be used afterwards. Empty: never."
        type="datetime-local"
        value={expires}
        onInput={setExpires}
      />
      <TextField label="Note" value={note} onInput={setNote} />
    </ActDialog>
  );
}

function Made({ made, onClose }: { readonly made: BodyOf<'createGrant'>; readonly onClose: () => void }) {
  return (
    <Dialog title="Credit was added" onClose={onClose}>
      <p class="ask-amount" role="status">
        <Amount of={moneyOf(made.amount, made.asset)} />
      </p>
      <p>
        <Amount of={moneyOf(made.available, made.asset)} /> is available now.
      </p>
      <div class="dialog-actions">
        <button type="button" class="button primary" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
