// The page that compares the library with its peers, printed from the cases that a test runs.
import type { PeerCase } from '../packages/idempotency/test/peers/peer-case.ts';
import { casesOf, peerSubjects, peersIn } from '../packages/idempotency/test/peers/peer-subjects.ts';
import { peerSuites } from '../packages/idempotency/test/peers/peer-suites.ts';

const head = `# The library beside its peers

\`npm run docs\` prints this page from \`packages/idempotency/test/peers\`. Do not edit it here.

The suites of fifteen other projects say what their users expect of idempotency. Each row is one expectation, in our words, with the
projects whose suites have a case for it. \`npm test\` runs each row against this library, on Express over a real socket: a row that is
no longer true fails. Of Stripe, the documentation was read. The number after a project is how many cases of its suite the row stands
for: each case is counted in one row, the one that fits it best. A project without a number has the expectation within a case of another row.

| here | means |
| --- | --- |
| same | the library does what the case expects, as it is installed |
| option | it does with the option that the row names |
| different | it does something else on purpose; the row says what, and why |

The suites were read in November 2026, in the repositories of express-idempotency, node-idempotency, idempot-js, hono-idempotency,
nestarc/idempotency, universal-idempotent-request, reaatech/idempotency-middleware, fastify-idempotency-plugin,
django-idempotency-key, IdempotentAPI, idempotency4j, idempotence4j, arun0009/idempotent, Powertools for AWS Lambda (TypeScript) and AgentPay's back end. Files
about stores on databases were not counted. The other cases without a row test internal parts: serializers, defaults of a configuration, locks, and how a framework
puts the parts together.
`;

function row({ intent, peers, here, note = '' }: PeerCase): string {
  const names = peersIn(peers).map(([peer, count]) => (count === 0 ? peer : `${peer} ${count}`));
  return `| ${intent} | ${names.join(', ')} | ${here} | ${note} |\n`;
}

function count(here: PeerCase['here']): number {
  return peerSubjects.flatMap(({ cases }) => cases).filter((one) => one.here === here).length;
}

/** The origin of the rows: for each suite its cases, and the rows that have them. */
function suites(): string {
  const sums = { same: 0, option: 0, different: 0, without: 0, all: 0 };
  let lines = '';
  for (const [peer, { rows }] of casesOf()) {
    if (peer === 'Stripe') continue;
    const { same, option, different } = rows;
    const all = peerSuites.get(peer) ?? 0;
    const without = all - same - option - different;
    sums.same += same;
    sums.option += option;
    sums.different += different;
    sums.without += without;
    sums.all += all;
    lines += `| ${peer} | ${same} | ${option} | ${different} | ${without} | ${all} |\n`;
  }
  const { same, option, different, without, all } = sums;
  const head =
    '| suite | same | option | different | without a row | cases |\n| --- | --- | --- | --- | --- | --- |\n';
  return `${head}${lines}| all | ${same} | ${option} | ${different} | ${without} | ${all} |\n`;
}

/** The text of `docs/reference/idempotency-peers.md`. */
export function peersPage(): string {
  const sums = `\n${count('same')} rows are the same, ${count('option')} are an option, ${count('different')} are different on purpose. By cases:\n\n${suites()}`;
  const tables = peerSubjects.map(({ title, cases }) => {
    const heading = title.charAt(0).toUpperCase() + title.slice(1);
    const rows = cases.map(row).join('');
    return `\n## ${heading}\n\n| case | tested by | here | |\n| --- | --- | --- | --- |\n${rows}`;
  });
  return head + sums + tables.join('');
}
