import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/** The file that `DATABASE_FILE` names, in a folder that exists; `data/charges.db` if it names none. */
export function databaseFile(): string {
  const file = process.env['DATABASE_FILE'] ?? 'data/charges.db';
  mkdirSync(dirname(file), { recursive: true });
  return file;
}
