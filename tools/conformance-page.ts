// The reference of the conformance command, printed from its checks, profiles and options.

import type { Check } from '../packages/conformance/src/check.ts';
import { checks } from '../packages/conformance/src/checks/checks.ts';
import { headOf } from '../packages/conformance/src/cli/help.ts';
import { exitTexts, type Option, optionGroups } from '../packages/conformance/src/cli/option-table.ts';
import { basisOf, isProfileName, profiles } from '../packages/conformance/src/profile.ts';
import type { Profile } from '../packages/conformance/src/profiles/profile-shape.ts';
import { type PeerRun, peerRuns } from '../packages/conformance/test/peers/peer-runs.ts';

const head = `# Conformance checks

\`npm run docs\` prints this page from \`packages/conformance\`. Do not edit it here.

\`npx @billonce/conformance URL --request FILE\` sends requests to an API and reports what it sees. How to use it:
[check any API](../how-to/check-any-api.md).

## Verdicts

| verdict | means |
| --- | --- |
| passed | the sentence of the check was seen to hold |
| failed | it was seen not to hold |
| inconclusive | it could not be seen: a connection broke, the server was not able (429, 502, 503, 504), or there is no count |
| not applicable | the protocol says nothing of it, or the command was not given what the check needs |

A check that looks at *effects* needs \`--count\`. Without a count it never passes: an answer that looks right does not show how often
something was executed. A check of *answers* counts as well if it can, and fails if something took effect that was refused.
`;

/** The text of `docs/reference/conformance.md`. */
export function conformancePage(): string {
  return [
    head,
    '\n## Checks\n',
    ...groups().map(groupPart),
    '\n## Levels\n\nHow binding a check is depends on the protocol. *beyond*: the protocol is silent, and a client that retries relies on it.\n\n',
    levelTable(),
    ...Object.entries(profiles).map(([name, profile]) => profilePart(name, profile)),
    '\n## Options\n',
    ...optionGroups.map(({ title, options }) => `\n${title}:\n\n${optionTable(options)}`),
    `\n## Exit codes\n\n| code | meaning |\n| --- | --- |\n${exitTexts.map(([code, text]) => `| ${code} | ${text} |\n`).join('')}`,
  ].join('');
}

/** The page with the table of the peers as it is now. */
export function withPeers(page: string): string {
  const [before, , after] = page.split(/(?<=<!-- peers -->\n)|(?=<!-- end of the peers -->)/);
  if (before === undefined || after === undefined) throw new Error('the page has no place for the peers');
  const rows = peerRuns.map(peerRow);
  return `${before}\n| library | set up | failed |\n| --- | --- | --- |\n${rows.join('')}\n${after}`;
}

function peerRow({ name, version, setUp, failed }: PeerRun): string {
  const ids = failed.map((id) => `\`${id}\``).join(', ');
  return `| ${name} ${version} | ${setUp} | ${failed.length === 0 ? 'none' : `${failed.length}: ${ids}`} |\n`;
}

function groups(): readonly string[] {
  return [...new Set(checks.map(({ group }) => group))];
}

function groupPart(group: string): string {
  const rows = checks
    .filter((check) => check.group === group)
    .map(({ id, sentence, claim, needs }: Check) => {
      const option = needs === undefined ? '' : `\`${needs}\``;
      return `| \`${id}\` | ${sentence} | ${claim} | ${option} |\n`;
    });
  return `\n### ${group}\n\n| id | check | looks at | needs |\n| --- | --- | --- | --- |\n${rows.join('')}`;
}

function levelTable(): string {
  const names = Object.keys(profiles).filter(isProfileName);
  const rows = checks.map(({ id }) => {
    const cells = names.map((name) => basisOf(profiles[name], id).level);
    return `| \`${id}\` | ${cells.join(' | ')} |\n`;
  });
  const columns = names.map((name) => `\`${name}\``).join(' | ');
  return `| check | ${columns} |\n| --- |${' --- |'.repeat(names.length)}\n${rows.join('')}`;
}

function profilePart(name: string, profile: Profile): string {
  const clauses = new Map<string, string[]>();
  for (const { id } of checks) {
    const basis = profile.basis[id];
    if (basis === undefined) continue;
    clauses.set(basis.clause, [...(clauses.get(basis.clause) ?? []), id]);
  }
  const rows = [...clauses].map(
    ([clause, ids]) => `| ${clause} | ${ids.map((id) => `\`${id}\``).join(', ')} |\n`,
  );
  return `\n### ${name}\n\n${profile.title}: ${profile.source}.\n\n| clause | checks |\n| --- | --- |\n${rows.join('')}`;
}

function optionTable(options: Readonly<Record<string, Option>>): string {
  const rows = Object.entries(options).map(([name, option]) => {
    return `| \`${headOf(name, option).replaceAll('|', '\\|')}\` | ${option.text} |\n`;
  });
  return `| option | what it does |\n| --- | --- |\n${rows.join('')}`;
}
