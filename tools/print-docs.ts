// Prints the pages of the docs that are generated from the code. With --check it writes nothing, and fails if a page is stale.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type ErrorCodeEntry, errorCodes, type RetryAdvice } from '../packages/contract/src/error-codes.ts';
import { buildPackages } from './build-package.ts';
import { clientRoutes, clientTypes } from './client-contract.ts';
import { commandLinePage, withIngestOptions } from './command-line-page.ts';
import { envExample, withVariables } from './configuration-page.ts';
import { conformancePage, withPeers } from './conformance-page.ts';
import { guaranteesPage, readmeWithGuarantees } from './guarantees-page.ts';
import { limitsPage } from './limits-page.ts';
import { metricsPage } from './metrics-page.ts';
import { writeReports } from './package-api.ts';
import { peersPage } from './peers-page.ts';

interface Page {
  readonly file: string;
  readonly text: string;
}

const retryTexts: Readonly<Record<RetryAdvice, string>> = {
  same_request: 'the same request',
  after_fixing: 'after fixing it',
  do_not_retry: 'no',
};

const errorsHead = `# Error codes

\`npm run docs\` prints this page from \`packages/contract/src/error-codes.ts\`. Do not edit it here.

An error answer is \`{ "error": code, "message": text, "requestId": id }\`. A client that sends
\`Accept: application/problem+json\` gets problem details (RFC 9457) instead, with the same code as \`code\` and the row
below as the page that \`type\` names: \`GET /api/v1/errors/{code}\`. An \`invalid_request\` lists its \`faults\`,
each with a JSON pointer. Some errors have more members: \`quote_changed\` has the current \`quote\`, \`idempotency_key_expired\` has
\`firstSeenAt\` and \`location\` (and a \`Link\` header), \`idempotency_key_in_future\` has \`serverTime\`. Every \`503\` and \`429\` has a
\`Retry-After\` header.

*Retry* says what the client may resend: **the same request** (same key, same body), the request **after fixing it**, or nothing.
The server does not store errors under a key: an error leaves the key as it was. Only \`idempotency_conflict\` and
\`idempotency_key_expired\` mean that the key was used before.

| code | status | meaning | what to do | retry |
| --- | --- | --- | --- | --- |
`;

const errorsFoot = `
A refused item of \`POST /api/v1/usage/bulk\` has one of these codes as its \`error\`, or \`invalid_item\` if the item is
not valid usage. Its \`message\` names the faults.
`;

function errorRow([code, { status, title, advice, retry }]: [string, ErrorCodeEntry]): string {
  return `| \`${code}\` | ${status} | ${title} | ${advice} | ${retryTexts[retry]} |\n`;
}

const packageReadme = 'packages/idempotency/README.md';
const ingestPage = 'docs/how-to/ingest-usage-files.md';
const checkAnyApi = 'docs/how-to/check-any-api.md';
const configurationPage = 'docs/reference/configuration.md';

const pages: readonly Page[] = [
  {
    file: 'docs/reference/errors.md',
    text: errorsHead + Object.entries(errorCodes).map(errorRow).join('') + errorsFoot,
  },
  { file: 'docs/reference/limits.md', text: limitsPage() },
  { file: 'docs/reference/metrics.md', text: metricsPage() },
  { file: 'docs/reference/command-line.md', text: commandLinePage() },
  { file: '.env.example', text: envExample() },
  { file: configurationPage, text: withVariables(readFileSync(configurationPage, 'utf8')) },
  { file: ingestPage, text: withIngestOptions(readFileSync(ingestPage, 'utf8')) },
  { file: 'docs/reference/guarantees.md', text: guaranteesPage() },
  { file: 'docs/reference/idempotency-peers.md', text: peersPage() },
  { file: 'packages/client/src/contract/types.ts', text: await clientTypes() },
  { file: 'packages/client/src/contract/routes.ts', text: clientRoutes() },
  { file: 'docs/reference/conformance.md', text: conformancePage() },
  { file: checkAnyApi, text: withPeers(readFileSync(checkAnyApi, 'utf8')) },
  { file: packageReadme, text: readmeWithGuarantees(readFileSync(packageReadme, 'utf8')) },
];

function isStale({ file, text }: Page): boolean {
  return !existsSync(file) || readFileSync(file, 'utf8') !== text;
}

function reportStale(stale: readonly Page[]): void {
  for (const { file } of stale) console.error(`${file} is stale; npm run docs prints it again`);
  process.exitCode = stale.length > 0 ? 1 : 0;
}

const stale = pages.filter(isStale);
if (process.argv.includes('--check')) reportStale(stale);
else {
  for (const { file, text } of stale) writeFileSync(file, text);
  // The check of the packages compares them, since it builds the packages anyway.
  for (const { packageFolder, builtFolder } of buildPackages()) writeReports(packageFolder, builtFolder);
}
