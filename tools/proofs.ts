// What the attacks of `npm run prove` came to: kept in a file beside them, which the page of guarantees is printed from.
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

/** The newest run of each attack that was run in its long version. */
export function keptProofs(): Partial<Record<AttackId, KeptProof>> {
  return JSON.parse(readFileSync(kept, 'utf8'));
}

/** Where the tests of one run note what they came to. */
export class ProofRun {
  readonly #folder = mkdtempSync(join(tmpdir(), 'billonce-proofs-'));
  readonly file = join(this.#folder, 'proofs.jsonl');

  constructor() {
    writeFileSync(this.file, '');
  }

  /** Keeps the notes of a run in which every test passed; of another one, none. */
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
