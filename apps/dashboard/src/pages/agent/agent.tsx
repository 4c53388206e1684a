import { useState } from 'preact/hooks';
import { may, useSession } from '../../api/session.ts';
import { usePages } from '../../api/use-pages.ts';
import { useRead } from '../../api/use-read.ts';
import { Download } from '../../parts/download.tsx';
import { Entries } from '../../parts/entries.tsx';
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

/** An agent: its balance, and what was recorded, granted, held and limited of it. */
export function AgentPage({ agent }: { readonly agent: string }) {
  const { caller } = useSession();
  const [asked, setAsked] = useState<'credit' | 'limit'>();
  // Counts the writes of this page: what they may have changed is read again.
  const [changes, setChanges] = useState(0);
  const onChanged = () => setChanges((count) => count + 1);
  const onClose = () => setAsked(undefined);
  const balance = useRead('readBalance', { params: { agent } });
  const view = { agent, changes, onChanged };
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
      <BalanceCard agent={agent} balance={balance} changes={changes} />
      <Tabs
        label="What is known of the agent"
        views={[
          { name: 'Accounts', view: () => <Accounts agent={agent} /> },
          { name: 'Statement', view: () => <Movements agent={agent} changes={changes} /> },
          { name: 'Grants', view: () => <Grants {...view} /> },
          { name: 'Holds', view: () => <Holds {...view} /> },
          { name: 'Limits', view: () => <Limits {...view} /> },
          { name: 'Entries', view: () => <AgentEntries agent={agent} /> },
        ]}
      />
      {asked === 'credit' && <AddCredit agent={agent} balance={balance} {...{ onChanged, onClose }} />}
      {asked === 'limit' && <SetLimit agent={agent} limit={undefined} {...{ onChanged, onClose }} />}
    </Page>
  );
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
