import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** A folder with a generated Prisma client. */
export interface PrismaFolder {
  readonly folder: string;
  readonly remove: () => void;
}

/** Makes `prisma generate` work without a network: the engine that it would download is only for migrations. */
export const prismaOffline = { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' };

/** The path of the Prisma command-line program. */
const prismaProgram = join(
  dirname(fileURLToPath(import.meta.resolve('prisma/package.json'))),
  'build/index.js',
);

/**
 * Generates the client of a schema in a temporary folder in which it finds its packages.
 *
 * @param schema the file of the schema, which determines the place of the client in the folder
 */
export async function generatePrismaClient(schema: URL): Promise<PrismaFolder> {
  const folder = mkdtempSync(join(tmpdir(), 'billonce-prisma-'));
  const packages = join(dirname(prismaProgram), '../..');
  symlinkSync(packages, join(folder, 'node_modules'));
  copyFileSync(fileURLToPath(schema), join(folder, 'schema.prisma'));
  await promisify(execFile)(process.execPath, [prismaProgram, 'generate', '--no-hints'], {
    cwd: folder,
    env: { ...process.env, ...prismaOffline },
  });
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
