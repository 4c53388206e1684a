import type { Operation } from '@billonce/idempotency';
import { postgresStore } from '@billonce/idempotency/postgres';
import { PrismaPg } from '@prisma/adapter-pg';
import { type Charge, created, InsufficientFundsError } from './charge.ts';
import { PrismaClient } from './dist/prisma/client.ts';
import { serveExpress } from './express-app.ts';
import { openPool } from './open-pool.ts';

const pool = await openPool();
const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
const store = postgresStore({ client: pool });

async function charge(wanted: Charge, operation: Operation): Promise<void> {
  const { id, account, amount } = wanted;
  await prisma.$transaction(async (tx) => {
    const [debited] = await tx.account.updateManyAndReturn({
      where: { id: account, balance: { gte: amount } },
      data: { balance: { decrement: amount } },
    });
    if (debited === undefined) throw new InsufficientFundsError();
    await tx.charge.create({ data: { id, accountId: account, amount } });
    await operation.completeWithin(store.within(tx), created(wanted, debited.balance));
  });
}

serveExpress({ store, charge });
