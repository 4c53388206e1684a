// The cost of a write on a SQLite file with many keys compared with one with few, and the size of the file. AGEING_KEYS
// sets the number of keys.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agedFile } from './aged-file.ts';
import { printWriteCosts, size } from './write-cost.ts';

const folder = mkdtempSync(join(tmpdir(), 'billonce-ageing-'));
const few = await agedFile(folder, size.fewKeys);
const many = await agedFile(folder, size.keys);
await printWriteCosts(few, many);
await Promise.all([few.server.stop(), many.server.stop()]);
console.log(`\nafter it: ${many.keys} keys and what was written, ${many.megabytes().toFixed(0)} MB`);
rmSync(folder, { recursive: true, force: true });
