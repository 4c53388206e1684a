import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the long form leaves what it did, until `npm run prove` puts it into `docs/reference/proof.json`. */
const folder = join(import.meta.dirname, '../../../../node_modules/.cache/billonce-proof');

/** Notes what a proof did, for the page that is printed from it; only in the long form, and only after it has passed. */
export function noteProof(id: string, amounts: Readonly<Record<string, number>>): void {
  if (process.env['PROVE'] !== '1') return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${id}.json`), JSON.stringify(amounts));
}
