import { useState } from 'preact/hooks';
import type { BodyOf } from '../api/types.ts';
import { useWrite } from '../api/use-write.ts';
import { counted, moneyText } from '../core/amount.ts';
import { billed, expectation } from '../core/billing.ts';
import { Amount } from '../parts/amount.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Link } from '../parts/links.tsx';
import { WriteFailure } from '../parts/write-failure.tsx';

type Quote = BodyOf<'readQuote'>;

/**
 * Bills an account. The request says the amount that is on the screen and the last entry that it counts: if either has
 * changed meanwhile, the server bills nothing, and the new amount has to be confirmed.
 */
export function SettleDialog({
  quote,
  onSettled,
  onChanged,
  onClose,
}: {
  readonly quote: Quote;
  readonly onSettled: () => void;
  readonly onChanged: () => void;
  readonly onClose: () => void;
}) {
  const { agent, serviceId, through, requests } = quote;
  const expected = billed(quote);
  const settle = useWrite('settle');
  const [done, setDone] = useState<BodyOf<'settle'>>();
  const confirm = () =>
    settle.send({ body: { agent, serviceId, through, ...expectation(quote) } }, (sent) => {
      if (sent.kind === 'answered') {
        setDone(sent.answer);
        onSettled();
      } else if (sent.failure.code === 'quote_changed') onChanged();
    });
  if (done !== undefined) return <Settled done={done} onClose={onClose} />;
  return (
    <Dialog title="Settle this account?" onClose={onClose}>
      <WriteFailure failure={settle.failure} />
      <p>
        This bills <strong>{agent}</strong> for {counted(requests, 'request')} of <strong>{serviceId}</strong>
        , up to entry {through}.
      </p>
      <p class="ask-amount">
        <Amount of={expected} />
      </p>
      <p class="muted small">
        Either exactly this amount is billed, or nothing: if usage, prices or reversals have changed it
        meanwhile, the server refuses, and you see the new amount. A bill is never changed afterwards.
      </p>
      <div class="dialog-actions">
        <button type="button" class="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" class="button primary" disabled={settle.isWriting} onClick={confirm}>
          {settle.isWriting ? 'Billing…' : `Bill ${moneyText(expected)}`}
        </button>
      </div>
    </Dialog>
  );
}

function Settled({ done, onClose }: { readonly done: BodyOf<'settle'>; readonly onClose: () => void }) {
  return (
    <Dialog title={done.settlementId === null ? 'Nothing was outstanding' : 'Settled'} onClose={onClose}>
      <p class="ask-amount" role="status">
        <Amount of={billed(done)} />
      </p>
      <div class="dialog-actions">
        {done.settlementId !== null && (
          <Link to={{ page: 'bill', id: done.settlementId }}>Open the bill</Link>
        )}
        <button type="button" class="button primary" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
