import type { StatementBody } from '../answers/statements.ts';
import { type CsvForm, csvHead, csvRows } from './csv.ts';
import { type StatementRow, statementRows } from './statement-rows.ts';

const csvForm: CsvForm<StatementRow, keyof StatementRow> = {
  columns: [
    'kind',
    'at',
    'serviceId',
    'priceVersion',
    'price',
    'requests',
    'balance',
    'unbilled',
    'reference',
    'note',
    'href',
  ],
  rowOf: (row) => row,
};

/** A statement as a file of CSV. */
export function statementCsv(statement: StatementBody): string {
  return csvHead(csvForm) + csvRows(csvForm, statementRows(statement));
}

/** How each kind of row is named on the page. */
const kindNames: Readonly<Record<string, string>> = {
  opening: 'Opening balance',
  granted: 'Granted',
  refunded: 'Refunded',
  expired: 'Expired',
  voided: 'Voided',
  usage: 'Usage',
  reversed: 'Taken back',
  drawn: 'Drawn for usage',
  held: 'Held',
  paid_from_balance: 'Paid from the balance',
  bill: 'Bill',
  write_off: 'Credit written off',
  paid_out: 'Credit paid out',
  closing: 'Closing balance',
};

/** The style of the page: black on white, the head of the table on each sheet, and no row cut by the end of one. */
export const statementStyle = `
@page { margin: 15mm; }
body { color: #000; background: #fff; font: 14px/1.45 system-ui, sans-serif; max-width: 68rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; margin: 0 0 .25rem; }
p { margin: 0 0 1rem; }
table { border-collapse: collapse; width: 100%; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th, td { text-align: left; vertical-align: top; padding: .3rem .5rem; border-bottom: 1px solid #ccc; overflow-wrap: anywhere; }
th { border-bottom: 2px solid #000; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; overflow-wrap: normal; }
.sum td { font-weight: 600; border-bottom: 2px solid #000; }
a { color: inherit; }
@media print { body { margin: 0; padding: 0; max-width: none; font-size: 10pt; } a { text-decoration: none; } }
`;

/** A statement as a page to print. It loads nothing. */
export function statementHtml(statement: StatementBody): string {
  const { agent, asset, from, to } = statement;
  const rows = statementRows(statement).map(htmlRow).join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Statement of ${escaped(agent)}</title>
<style>${statementStyle}</style>
</head>
<body>
<h1>Statement of ${escaped(agent)}</h1>
<p>From ${escaped(from)} up to ${escaped(to)}. Amounts are in ${escaped(asset)}.</p>
<table>
<thead><tr><th>What</th><th>When</th><th>Service</th><th class="n">Requests</th><th class="n">Price</th><th class="n">Prepaid balance</th><th class="n">To be billed</th><th>Reference</th></tr></thead>
<tbody>
${rows}
</tbody>
</table>
</body>
</html>
`;
}

function htmlRow(row: StatementRow): string {
  const { kind, at, serviceId, price, requests, balance, unbilled, reference, note, href } = row;
  const isSum = kind === 'opening' || kind === 'closing';
  const named = escaped(reference);
  const linked = href === '' ? named : `<a href="${escaped(href)}">${named}</a>`;
  const cells = [
    escaped(kindNames[kind] ?? kind),
    escaped(at),
    escaped(serviceId),
    number(requests === null ? '' : String(requests)),
    number(price ?? ''),
    number(balance),
    number(unbilled),
    note === '' ? linked : `${linked} ${escaped(note)}`,
  ];
  const html = cells.map((cell) => (cell.startsWith('<td') ? cell : `<td>${cell}</td>`)).join('');
  return `<tr${isSum ? ' class="sum"' : ''}>${html}</tr>`;
}

function number(text: string): string {
  return `<td class="n">${escaped(text)}</td>`;
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => escapes[character] ?? character);
}
