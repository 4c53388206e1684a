import { useState } from 'preact/hooks';
import { may, useSession } from '../../api/session.ts';
import type { BodyOf } from '../../api/types.ts';
import { useChanged } from '../../api/use-changed.ts';
import { type Reading, useRead } from '../../api/use-read.ts';
import { inXlm, moneyOf, quantityText } from '../../core/amount.ts';
import { isZero } from '../../core/billing.ts';
import { Amount, InOtherAssets } from '../../parts/amount.tsx';
import { Badge } from '../../parts/badge.tsx';
import { Card, Facts, Figure } from '../../parts/page.tsx';
import { Shown } from '../../parts/states.tsx';
import { SetBilling } from './set-billing.tsx';

type Balance = BodyOf<'readBalance'>;
type Billing = BodyOf<'readBilling'>;

/** What an agent may spend, what is reserved of it, what is to be billed, and how the agent pays. */
export function BalanceCard({
  agent,
  balance,
  changes,
}: {
  readonly agent: string;
  readonly balance: Reading<Balance>;
  /** how often something was changed on this page */
  readonly changes: number;
}) {
  const { caller } = useSession();
  const [isAsked, setAsked] = useState(false);
  const billing = useRead('readBilling', { params: { agent } });
  const quote = useRead('readAgentQuote', { params: { agent }, query: { limit: 1 } });
  const reload = () => {
    balance.reload();
    billing.reload();
    quote.reload();
  };
  useChanged(changes, reload);
  return (
    <Card
      title="Balance"
      note="What the agent may still use, not counting the part that open holds reserve."
      actions={
        <>
          {may(caller, 'manage') && billing.data !== undefined && (
            <button type="button" class="button" onClick={() => setAsked(true)}>
              How it pays…
            </button>
          )}
          <button type="button" class="button" disabled={balance.isReading} onClick={reload}>
            Refresh
          </button>
        </>
      }
    >
      <Shown reading={balance} what="the balance">
        {(data) => (
          <>
            <dl class="figures flat">
              <Available balance={data} />
              <Figure label="Held" note="by open holds">
                <Amount of={moneyOf(data.held, data.asset)} />
              </Figure>
              <Figure label="Outstanding" note="what bills would show now">
                {quote.data?.totalBilledStroops ? <Amount of={inXlm(quote.data.totalBilledStroops)} /> : '…'}
                <InOtherAssets sums={quote.data?.otherAssets} of={({ totalBilled }) => totalBilled} />
              </Figure>
              <Figure label="Pays" note={billing.data && sources[billing.data.source]}>
                <Badge tone="plain">{data.mode}</Badge>
              </Figure>
            </dl>
            <Facts
              facts={(['granted', 'refunded', 'drawn', 'expired', 'voided'] as const).map((name) => [
                names[name],
                <Amount key={name} of={moneyOf(data[name], data.asset)} />,
              ])}
            />
          </>
        )}
      </Shown>
      {isAsked && billing.data !== undefined && (
        <SetBilling billing={billing.data} onChanged={reload} onClose={() => setAsked(false)} />
      )}
    </Card>
  );
}

function Available({ balance: { available, overdraft, asset } }: { readonly balance: Balance }) {
  const limit = moneyOf(overdraft, asset);
  return (
    <Figure
      label="Available"
      note={isZero(limit) ? 'no overdraft' : `overdraft: ${quantityText(overdraft)} ${asset}`}
    >
      <Amount of={moneyOf(available, asset)} />
    </Figure>
  );
}

const names = {
  granted: 'Granted',
  refunded: 'Refunded',
  drawn: 'Drawn',
  expired: 'Expired',
  voided: 'Voided',
} as const;

const sources: Readonly<Record<Billing['source'], string>> = {
  agent: 'by its own policy',
  tenant: 'by the policy of the tenant',
  none: 'no policy is set',
};
