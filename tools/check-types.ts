import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const folders = ['packages', 'apps', 'tools', 'bench'];

/** One mistake of each kind that must be reported, by its name in the report. */
const mistakes: Readonly<Record<string, string>> = {
  TS2322: "export const count: number = 'text';",
  'no-floating-promises': 'work();',
  'no-misused-promises': '[1].forEach(async () => await work());',
  'await-thenable': 'export const five = async () => await 5;',
  'switch-exhaustiveness-check':
    "export const nameOf = (kind: 'a' | 'b') => { switch (kind) { case 'a': return; } };",
  'only-throw-error': "export const fail = () => { throw 'text'; };",
};

/**
 * Checks the types of all sources, and the rules that need types, in one pass. A linter that read no types reports no
 * mistake, so a file with one mistake of each kind is checked first.
 */
export async function checkTypes(): Promise<boolean> {
  const missed = await missedMistakes();
  for (const name of missed) console.error(`oxlint does not report a mistake of ${name}`);
  const { status, report } = await lint(folders);
  if (status !== 0) console.error(report);
  return status === 0 && missed.length === 0;
}

async function missedMistakes(): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'billonce-mistakes-'));
  try {
    const lines = ['async function work(): Promise<void> {}', ...Object.values(mistakes)];
    writeFileSync(join(folder, 'mistakes.ts'), `${lines.join('\n')}\n`);
    const compilerOptions = { strict: true, module: 'nodenext', lib: ['es2024'], types: [] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
    const { report } = await lint([join(folder, 'mistakes.ts')]);
    return Object.keys(mistakes).filter((name) => !report.includes(`(${name})`));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function lint(paths: readonly string[]): Promise<{ status: number | null; report: string }> {
  const options = ['--config', '.oxlintrc.json', '--type-aware', '--type-check'];
  const child = spawn('node_modules/.bin/oxlint', [...options, ...paths], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [report] = await Promise.all([text(child.stdout), once(child, 'close')]);
  return { status: child.exitCode, report };
}
