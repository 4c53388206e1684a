// Keeps the results of the attacks of `npm run prove` in a file, from which the page of guarantees is printed.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AttackId, attacks, type Proof } from '../apps/server/test/harness/proofs.ts';

const kept = 'apps/server/test/proofs.json';

/** A run of an attack that passed, with its day. */
export interface KeptProof extends Proof {
  /** YYYY-MM-DD */
  readonly day: string;
}

/** The newest long run of each attack. */
export function keptProofs(): Partial<Record<AttackId, KeptProof>> {
  return JSON.parse(readFileSync(kept, 'utf8'));
}

/** The place where the tests of one run write their results. */
export class ProofRun {
  readonly #folder = mkdtempSync(join(tmpdir(), 'billonce-proofs-'));
  readonly file = join(this.#folder, 'proofs.jsonl');

  constructor() {
    writeFileSync(this.file, '');
  }

  /** Keeps the results of a run only if every test passed. */
  keep(hasPassed: boolean): void {
    const lines = readFileSync(this.file, 'utf8').split('\n');
    rmSync(this.#folder, { recursive: true });
    const notes: Proof[] = lines.filter((line) => line !== '').map((line) => JSON.parse(line));
    if (!hasPassed || notes.length === 0) return;
    const day = new Date().toISOString().slice(0, 10);
    const known = keptProofs();
    for (const note of notes) known[note.id] = { ...note, day };
    const ids = Object.keys(attacks).filter((id): id is AttackId => id in known);
    const sorted = Object.fromEntries(ids.map((id) => [id, known[id]]));
    writeFileSync(kept, `${JSON.stringify(sorted, undefined, 2)}\n`);
    console.log(`${notes.length} proofs kept in ${kept}; "npm run docs" prints them`);
  }
}
