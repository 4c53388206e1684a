import { usePages } from '../api/use-pages.ts';
import { Bills } from '../parts/bills.tsx';
import { Download } from '../parts/download.tsx';
import { Card, Page } from '../parts/page.tsx';

/** The bills of a run. */
export function RunPage({ runId }: { readonly runId: string }) {
  const pages = usePages('listSettlements', { query: { runId, limit: 200 } }, ({ items }) => items);
  return (
    <Page title={`Run ${runId}`} kicker="Bills">
      <Card
        title="Bills of the run"
        note="In the order in which they were made."
        actions={
          <Download
            path={`/settlements.csv?${new URLSearchParams({ runId })}`}
            name={`run-${runId.replaceAll(':', '-')}.csv`}
            label="Download as CSV"
          />
        }
      >
        <Bills pages={pages} isOfAccount={false} />
      </Card>
    </Page>
  );
}
