// Prints the pages of the docs that are made from the code. With --check it writes nothing, and fails when one is stale.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type ErrorCodeEntry, errorCodes, type RetryAdvice } from '../packages/contract/src/error-codes.ts';
import { buildPackage } from './build-package.ts';
import { guaranteesPage, readmeWithGuarantees } from './guarantees-page.ts';
import { writeReports } from './package-api.ts';

interface Page {
  readonly file: string;
  readonly text: string;
}

const retryTexts: Readonly<Record<RetryAdvice, string>> = {
  same_request: 'the same request',
  after_mending: 'after mending',
  do_not_retry: 'no',
};

const errorsHead = `# Error codes

Printed by \`npm run docs\` from \`packages/contract/src/error-codes.ts\`; not to be edited here.

An error answer is \`{ "error": code, "message": text, "requestId": id }\`. A client that sends
\`Accept: application/problem+json\` gets problem details (RFC 9457) instead, with the same code as \`code\` and the row
below as the page that \`type\` names: \`GET /api/v1/errors/{code}\`. A request that is not valid lists its \`faults\`,
each with a JSON pointer. What else an error carries: \`quote_changed\` the new \`quote\`, \`idempotency_key_expired\`
\`firstSeenAt\` and \`location\` (and a \`Link\` header), \`idempotency_key_in_future\` \`serverTime\`, every \`503\` and \`429\` a
\`Retry-After\` header.

*Retry* says what may be sent again: **the same request** (same key, same body), a request **after mending** what the
error names, or nothing at all. No error is remembered: after one, the key of the request is as free or as taken as it
was before. Only \`idempotency_conflict\` and \`idempotency_key_expired\` say that it is taken.

| code | status | meaning | what to do | retry |
| --- | --- | --- | --- | --- |
`;

const errorsFoot = `
A refused item of \`POST /api/v1/usage/bulk\` carries one of these codes as its \`error\`, or \`invalid_item\`: the item is
not valid usage, and its \`message\` names the faults.
`;

function errorRow([code, { status, title, advice, retry }]: [string, ErrorCodeEntry]): string {
  return `| \`${code}\` | ${status} | ${title} | ${advice} | ${retryTexts[retry]} |\n`;
}

const packageReadme = 'packages/idempotency/README.md';

const pages: readonly Page[] = [
  {
    file: 'docs/reference/errors.md',
    text: errorsHead + Object.entries(errorCodes).map(errorRow).join('') + errorsFoot,
  },
  { file: 'docs/reference/guarantees.md', text: guaranteesPage() },
  { file: packageReadme, text: readmeWithGuarantees(readFileSync(packageReadme, 'utf8')) },
];

function isStale({ file, text }: Page): boolean {
  return !existsSync(file) || readFileSync(file, 'utf8') !== text;
}

function reportStale(stale: readonly Page[]): void {
  for (const { file } of stale) console.error(`${file} is stale; npm run docs prints it anew`);
  process.exitCode = stale.length > 0 ? 1 : 0;
}

const stale = pages.filter(isStale);
if (process.argv.includes('--check')) reportStale(stale);
else {
  for (const { file, text } of stale) writeFileSync(file, text);
  // Held against the package by the check of the package, which builds it anyway.
  writeReports(buildPackage());
}
