import { useState } from 'preact/hooks';
import { may, useSession } from '../../api/session.ts';
import type { ItemOf } from '../../api/types.ts';
import { usePages } from '../../api/use-pages.ts';
import { useRead } from '../../api/use-read.ts';
import { xlm } from '../../core/amount.ts';
import { Download } from '../../parts/download.tsx';
import { Entries } from '../../parts/entries.tsx';
import { Choice } from '../../parts/fields.tsx';
import { Card, Page } from '../../parts/page.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { Accounts } from './accounts.tsx';
import { AddCredit } from './add-credit.tsx';
import { BalanceCard } from './balance.tsx';
import { Grants } from './grants.tsx';
import { Holds } from './holds.tsx';
import { Limits } from './limits.tsx';
import { Movements } from './movements.tsx';
import { SetLimit } from './set-limit.tsx';
import { AgentStatement } from './statement.tsx';

/** An agent: its balance, and what was recorded, granted, held and limited of it. */
export function AgentPage({ agent }: { readonly agent: string }) {
  const { caller } = useSession();
  const [asked, setAsked] = useState<'credit' | 'limit'>();
  // Counts the writes of this page: what they may have changed is read again.
  const [changes, setChanges] = useState(0);
  const onChanged = () => setChanges((count) => count + 1);
  const onClose = () => setAsked(undefined);
  const [asset, setAsset] = useState(xlm);
  const assets = useRead('listAssets', {});
  const balance = useRead('readBalance', { params: { agent }, query: { asset } });
  const view = { agent, asset, changes, onChanged };
  return (
    <Page
      title={agent}
      kicker="Agent"
      actions={
        may(caller, 'manage') && (
          <>
            <button type="button" class="button" onClick={() => setAsked('limit')}>
              Set a limit…
            </button>
            <button type="button" class="button primary" onClick={() => setAsked('credit')}>
              Add credit…
            </button>
          </>
        )
      }
    >
      <ChooseAsset asset={asset} assets={assets.data?.items} onChange={setAsset} />
      <BalanceCard agent={agent} balance={balance} changes={changes} />
      <Tabs
        label="About the agent"
        views={[
          { name: 'Accounts', view: () => <Accounts agent={agent} /> },
          { name: 'Statement', view: () => <AgentStatement {...view} /> },
          { name: 'Balance ledger', view: () => <Movements {...view} /> },
          { name: 'Grants', view: () => <Grants {...view} /> },
          { name: 'Holds', view: () => <Holds {...view} /> },
          { name: 'Limits', view: () => <Limits {...view} /> },
          { name: 'Entries', view: () => <AgentEntries agent={agent} /> },
        ]}
      />
      {asked === 'credit' && <AddCredit {...view} balance={balance} onClose={onClose} />}
      {asked === 'limit' && <SetLimit agent={agent} limit={undefined} {...{ onChanged, onClose }} />}
    </Page>
  );
}

/** Of which asset the balance, its ledger, the statement and the grants are shown; nothing where there is one asset. */
function ChooseAsset({
  asset,
  assets,
  onChange,
}: {
  readonly asset: string;
  readonly assets: readonly ItemOf<'listAssets'>[] | undefined;
  readonly onChange: (asset: string) => void;
}) {
  if (assets === undefined || assets.length < 2) return null;
  const values = assets.map(({ code }) => [code, code] as const);
  return <Choice label="Balance in" value={asset} values={values} onChange={onChange} />;
}

function AgentEntries({ agent }: { readonly agent: string }) {
  const entries = usePages('listEntries', { query: { agent, limit: 200 } }, ({ items }) => items);
  return (
    <Card
      title="Entries"
      note="In the order in which they were recorded, over all services."
      actions={
        <Download
          path={`/entries/export.csv?agent=${encodeURIComponent(agent)}`}
          name="entries.csv"
          label="Download as CSV"
        />
      }
    >
      <Entries pages={entries} caption="Entries of the agent" of="agent" />
    </Card>
  );
}
