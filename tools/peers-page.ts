// The page that compares the library with its peers, printed from the cases that a test runs.
import type { PeerCase } from '../packages/idempotency/test/peers/peer-case.ts';
import { peerSubjects } from '../packages/idempotency/test/peers/peer-subjects.ts';

const head = `# The library beside its peers

\`npm run docs\` prints this page from \`packages/idempotency/test/peers\`. Do not edit it here.

The suites of fifteen other projects say what their users expect of idempotency. Each row is one expectation, in our words, with the
projects whose suites have a case for it. \`npm test\` runs each row against this library, on Express over a real socket: a row that is
no longer true fails. Of Stripe, the documentation was read.

| here | means |
| --- | --- |
| same | the library does what the case expects, as it is installed |
| option | it does with the option that the row names |
| different | it does something else on purpose; the row says what, and why |

The suites were read in November 2026, in the repositories of express-idempotency, node-idempotency, idempot-js, hono-idempotency,
nestarc/idempotency, universal-idempotent-request, reaatech/idempotency-middleware, fastify-idempotency-plugin,
django-idempotency-key, IdempotentAPI, idempotency4j, idempotence4j, arun0009/idempotent, Powertools for AWS Lambda (TypeScript) and AgentPay's back end. What
they test of their internal parts (adapters of databases, serializers, configuration of a framework) has no row.
`;

function row({ intent, peers, here, note = '' }: PeerCase): string {
  return `| ${intent} | ${peers.join(', ')} | ${here} | ${note} |\n`;
}

function count(here: PeerCase['here']): number {
  return peerSubjects.flatMap(({ cases }) => cases).filter((one) => one.here === here).length;
}

/** The text of `docs/reference/idempotency-peers.md`. */
export function peersPage(): string {
  const sums = `\n${count('same')} rows are the same, ${count('option')} are an option, ${count('different')} are different on purpose.\n`;
  const tables = peerSubjects.map(({ title, cases }) => {
    const heading = title.charAt(0).toUpperCase() + title.slice(1);
    const rows = cases.map(row).join('');
    return `\n## ${heading}\n\n| case | tested by | here | |\n| --- | --- | --- | --- |\n${rows}`;
  });
  return head + sums + tables.join('');
}
