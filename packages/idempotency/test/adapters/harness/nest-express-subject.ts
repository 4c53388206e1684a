import type { IncomingMessage, ServerResponse } from 'node:http';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import compression from 'compression';
import type { AdapterSubject } from '../../../src/testing/adapter-laws.ts';
import { type PlatformResponse, rootModule, served } from './nest-app.ts';

/** A Nest app on Express, on which the laws are tested. */
export const nestExpressSubject: AdapterSubject = {
  ways: ['response', 'writes', 'end', 'write-head', 'file'],
  bodyParsers: ['before'],
  addressBy: 'framework',
  compressions: ['front'],
  timeouts: ['front', 'behind'],
  async start(wish) {
    const root = rootModule(wish, { rawOf });
    const app = await NestFactory.create<NestExpressApplication>(root, new ExpressAdapter(), {
      logger: false,
      abortOnError: false,
      forceCloseConnections: true,
      bodyParser: !wish.bodyIsLost,
    });
    const { requestId: id } = wish;
    if (id !== undefined) {
      app.use((request: object, _response: unknown, next: () => void) => {
        Object.assign(request, { id });
        next();
      });
    }
    if (wish.compression === 'front') app.use(compression({ threshold: 0 }));
    if (wish.trustsProxy) app.set('trust proxy', 1);
    if (wish.bodyIsLost) {
      app.use((request: IncomingMessage, _response: unknown, next: () => void) => {
        request.on('end', next).resume();
      });
    } else app.useBodyParser('json', { limit: '10mb' });
    return served(app);
  },
};

/** A response of Express is Node's response. */
function rawOf(response: PlatformResponse & Partial<ServerResponse>): ServerResponse {
  return response as ServerResponse;
}
