import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import { generatePrismaClient } from '../harness/prisma-folder.ts';

/** The used part of a client that Prisma generated from our schema. */
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
  const { folder, remove } = await generatePrismaClient(new URL('schema.prisma', import.meta.url));
  try {
    const generated: GeneratedModule = await import(
      pathToFileURL(join(folder, 'generated', 'client.ts')).href
    );
    const prisma = new generated.PrismaClient({ adapter: new PrismaPg({ connectionString }) });
    await prisma.$connect();
    await prisma.$queryRawUnsafe('SELECT 1');
    return prisma;
  } finally {
    remove();
  }
}

interface GeneratedModule {
  readonly PrismaClient: new (options: { readonly adapter: PrismaPg }) => TestPrisma;
}
