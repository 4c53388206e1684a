import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { PrismaPg } from '@prisma/adapter-pg';

/** What tests use of a client that Prisma generated from our schema. */
export interface TestPrisma {
  $transaction<T>(work: (tx: TestPrismaTransaction) => Promise<T>): Promise<T>;
  $queryRawUnsafe(text: string, ...values: unknown[]): PromiseLike<unknown>;
  $connect(): Promise<void>;
  $disconnect(): Promise<void>;
}

/** The client inside one of its transactions. */
export interface TestPrismaTransaction {
  $queryRawUnsafe(text: string, ...values: unknown[]): PromiseLike<unknown>;
  readonly charge: {
    create(input: { readonly data: { readonly id: string; readonly amount: number } }): PromiseLike<unknown>;
  };
}

/** Generates a client into a temporary folder, without the network, and connects it. */
export async function prismaClient(connectionString: string): Promise<TestPrisma> {
  const { resolve } = createRequire(import.meta.url);
  const cli = resolve('prisma/package.json');
  const folder = mkdtempSync(join(tmpdir(), 'billonce-prisma-'));
  try {
    copyFileSync(join(import.meta.dirname, 'schema.prisma'), join(folder, 'schema.prisma'));
    symlinkSync(join(dirname(cli), '..'), join(folder, 'node_modules'));
    await promisify(execFile)(process.execPath, [join(dirname(cli), 'build', 'index.js'), 'generate'], {
      cwd: folder,
      // Prisma downloads its schema engine unless it is told of one; generating a client needs none.
      env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' },
    });
    const generated: GeneratedModule = await import(
      pathToFileURL(join(folder, 'generated', 'client.ts')).href
    );
    const prisma = new generated.PrismaClient({ adapter: new PrismaPg({ connectionString }) });
    await prisma.$connect();
    await prisma.$queryRawUnsafe('SELECT 1');
    return prisma;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface GeneratedModule {
  readonly PrismaClient: new (options: { readonly adapter: PrismaPg }) => TestPrisma;
}
