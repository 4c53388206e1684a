import { idempotency, operationOf } from '@billonce/idempotency/express';
import express, { type NextFunction, type Request, type Response } from 'express';
import { type Charging, InsufficientFundsError, parseCharge } from './charge.ts';
import { announce, port } from './listening.ts';

/** Serves charges with Express. */
export function serveExpress({ store, charge }: Charging): void {
  const app = express();
  app.use(express.json());
  app.use(idempotency({ store, callers: 'by-address', mode: 'atomic', requireKey: true }));

  app.post('/charges', async (request, response) => {
    const wanted = parseCharge(request.body);
    const operation = operationOf(request);
    if (wanted === undefined || operation === undefined) {
      response.status(400).json({ error: 'invalid_charge' });
      return;
    }
    await charge(wanted, operation);
    // The library sends the answer that the transaction stored.
    response.end();
  });

  app.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
    if (error instanceof InsufficientFundsError) response.status(402).json({ error: 'insufficient_funds' });
    else next(error);
  });

  const server = app.listen(port, '127.0.0.1', () => announce(server.address()));
}
