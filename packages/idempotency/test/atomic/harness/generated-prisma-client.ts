import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The URL of the client that the test generated in the folder `PRISMA_FOLDER`. */
export function generatedPrismaClient(): string {
  return pathToFileURL(join(process.env['PRISMA_FOLDER'] ?? '', 'client/client.ts')).href;
}
