import { databaseEnvironment } from '../books/source.ts';
import type { Surroundings } from '../books/surroundings.ts';
import { exitCodes } from '../command-line/exit-codes.ts';
import { helpOf } from '../command-line/help.ts';
import { Misuse } from '../command-line/misuse.ts';
import { misuseText, parseWords } from '../command-line/parse.ts';
import { checkConfig, checkSecrets } from './check-config.ts';
import { checkDisk } from './check-disk.ts';
import { checkFiles } from './check-files.ts';
import { checkPort } from './check-port.ts';
import { checkPostgres } from './check-postgres.ts';
import { checkSqlite } from './check-sqlite.ts';
import { checkVersions } from './check-versions.ts';
import { clockFinding } from './clock-finding.ts';
import type { Finding, FindingState } from './finding.ts';
import { doctorOptions, doctorSpec } from './spec.ts';

type Environment = Surroundings['environment'];

/** Runs `billonce doctor`; returns the exit code of the process. */
export async function runDoctor(
  args: readonly string[],
  { print, complain, environment }: Surroundings,
): Promise<number> {
  const { values, mistakes } = parseWords(doctorSpec, doctorOptions, args);
  if (values.help) {
    print(helpOf(doctorSpec));
    return exitCodes.done;
  }
  let checked: Environment = environment;
  const all = [...mistakes];
  try {
    checked = databaseEnvironment(values.database, environment);
  } catch (error) {
    if (!(error instanceof Misuse)) throw error;
    all.push(...error.message.split('\n'));
  }
  if (all.length > 0) {
    complain(misuseText(doctorSpec, all));
    return exitCodes.misused;
  }
  const findings = await examine(checked);
  const worst = worstOf(findings);
  print(values.json ? `${JSON.stringify({ state: worst, findings })}\n` : findings.map(findingText).join(''));
  return exitOf(worst);
}

async function examine(environment: Environment): Promise<readonly Finding[]> {
  const nowMs = () => Date.now();
  const versions = checkVersions({ node: process.versions.node, sqlite: process.versions['sqlite'] });
  const { findings, config } = checkConfig(environment);
  if (config === undefined) return [versions, ...findings];
  const { database } = config;
  const ofDatabase =
    database.kind === 'sqlite'
      ? [...checkSqlite(database.file, nowMs()), checkDisk(database.file)]
      : await checkPostgres(database, nowMs);
  const clock = ofDatabase.some(({ check }) => check === 'clock')
    ? []
    : [clockFinding(nowMs(), 0, 'the beginning')];
  return [
    versions,
    ...findings,
    ...checkSecrets(config),
    ...checkFiles(environment, config, nowMs()),
    ...ofDatabase,
    ...clock,
    await checkPort(config),
  ];
}

const heads: Readonly<Record<FindingState, string>> = { ok: 'ok  ', fix: 'FIX ', stop: 'STOP' };

function findingText({ check, state, found, advice }: Finding): string {
  const first = `${heads[state]}  ${check.padEnd(13)}  ${found}\n`;
  return advice === undefined ? first : `${first}${' '.repeat(21)}to do: ${advice}\n`;
}

function worstOf(findings: readonly Finding[]): FindingState {
  if (findings.some(({ state }) => state === 'stop')) return 'stop';
  return findings.some(({ state }) => state === 'fix') ? 'fix' : 'ok';
}

function exitOf(worst: FindingState): number {
  switch (worst) {
    case 'ok':
      return exitCodes.done;
    case 'fix':
      return exitCodes.incomplete;
    case 'stop':
      return exitCodes.failed;
  }
}
