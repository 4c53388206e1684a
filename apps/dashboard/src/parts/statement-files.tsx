import type { Month } from '../core/months.ts';
import { Download } from './download.tsx';

/** The statement of an agent over a month, as files; in XLM without an asset. */
export function StatementFiles({
  agent,
  month: { name, from, to },
  asset,
}: {
  readonly agent: string;
  readonly month: Month;
  readonly asset?: string;
}) {
  const query = new URLSearchParams({ from, to, ...(asset === undefined ? {} : { asset }) });
  const path = (form: string) => `/agents/${encodeURIComponent(agent)}/statement.${form}?${query}`;
  const file = `statement-${agent}-${name}`;
  return (
    <>
      <Download path={path('html')} name={`${file}.html`} label="Statement to print" />
      <Download path={path('csv')} name={`${file}.csv`} label="Statement as CSV" />
    </>
  );
}
