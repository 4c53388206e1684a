import type { AddressInfo } from 'node:net';
import { idempotency } from '@billonce/idempotency/express';
import { memoryStore } from '@billonce/idempotency/memory';
import express, { type Express } from 'express';
import { getSharedIdempotencyService, idempotency as peerMiddleware } from 'express-idempotency';
import { nodeIdempotency } from './peer.ts';
import { type Protection, recordUsage, roomy } from './protection.ts';

/** Starts the route in Express, and returns its port. */
export function expressApp(protection: Protection): Promise<number> {
  const app = express();
  app.use(express.json());
  protect(app, protection);
  return new Promise((resolve) => {
    const server = app.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function protect(app: Express, protection: Protection): void {
  switch (protection) {
    case 'bare':
      app.post('/usage', (request, response) => void response.status(201).json(recordUsage(request.body)));
      return;
    case 'billonce':
      app.use(idempotency({ store: memoryStore(roomy), callers: 'by-address' }));
      app.post('/usage', (request, response) => void response.status(201).json(recordUsage(request.body)));
      return;
    case 'express-idempotency':
      app.use(peerMiddleware());
      app.post('/usage', (request, response) => {
        if (getSharedIdempotencyService().isHit(request)) return;
        response.status(201).json(recordUsage(request.body));
      });
      return;
    case 'node-idempotency': {
      const peer = nodeIdempotency();
      app.post('/usage', async (request, response) => {
        const { method, path, headers, body } = request;
        const found = await peer.begin({ method, path, headers, body });
        if (found !== undefined) {
          response.status(found.status).json(found.body);
          return;
        }
        const made = recordUsage(body);
        await peer.end({ method, path, headers, body }, { ...made }, 201);
        response.status(201).json(made);
      });
      return;
    }
  }
}
