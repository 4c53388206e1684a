import type { Route } from '../core/route.ts';
import { Link } from '../parts/links.tsx';
import { Page } from '../parts/page.tsx';
import { Empty } from '../parts/states.tsx';
import { AccountPage } from './account.tsx';
import { AgentPage } from './agent/agent.tsx';
import { AgentsPage } from './agents.tsx';
import { ApiKeysPage } from './api-keys.tsx';
import { BillPage } from './bill.tsx';
import { BillsPage } from './bills.tsx';
import { LogPage } from './log.tsx';
import { LookupPage } from './lookup.tsx';
import { OverviewPage } from './overview.tsx';
import { RunPage } from './run.tsx';
import { ServicePage } from './service.tsx';
import { ServicesPage } from './services.tsx';
import { WebhookPage } from './webhook.tsx';
import { WebhooksPage } from './webhooks.tsx';

/** The page of a route. */
export function CurrentPage({ route }: { readonly route: Route }) {
  switch (route.page) {
    case 'overview':
      return <OverviewPage />;
    case 'agents':
      return <AgentsPage />;
    case 'agent':
      return <AgentPage agent={route.agent} />;
    case 'account':
      return <AccountPage agent={route.agent} serviceId={route.serviceId} />;
    case 'bills':
      return <BillsPage />;
    case 'bill':
      return <BillPage id={route.id} />;
    case 'run':
      return <RunPage runId={route.runId} />;
    case 'lookup':
      return <LookupPage what={route.what} />;
    case 'services':
      return <ServicesPage />;
    case 'service':
      return <ServicePage serviceId={route.serviceId} />;
    case 'webhooks':
      return <WebhooksPage />;
    case 'webhook':
      return <WebhookPage id={route.id} />;
    case 'api-keys':
      return <ApiKeysPage />;
    case 'log':
      return <LogPage />;
    case 'unknown':
      return <UnknownPage />;
  }
}

function UnknownPage() {
  return (
    <Page title="No such page">
      <Empty title="This page does not exist">
        <Link to={{ page: 'overview' }}>To the overview</Link>
      </Empty>
    </Page>
  );
}
