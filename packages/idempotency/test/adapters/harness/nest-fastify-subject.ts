import compress from '@fastify/compress';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { AdapterSubject } from '../../../src/testing/adapter-laws.ts';
import { rootModule, served } from './nest-app.ts';

/**
 * A Nest app on Fastify, on which the laws are tested. Under Nest 10, on Fastify 4, there is no compression for the
 * tests, and a stream that breaks while a handler writes it ends the process, unless the handler took the response
 * over.
 */
export const nestFastifySubject = (isOf10: boolean): AdapterSubject => ({
  ways: ['response', 'writes', 'end', 'write-head', 'hijack', 'file'],
  bodyParsers: ['before'],
  addressBy: 'framework',
  compressions: isOf10 ? [] : ['behind'],
  timeouts: ['front', 'behind'],
  async start(wish) {
    const { requestId } = wish;
    const adapter = new FastifyAdapter({
      ...(requestId === undefined ? {} : { genReqId: () => requestId }),
      bodyLimit: 10_000_000,
      forceCloseConnections: true,
      trustProxy: wish.trustsProxy,
    });
    const app = await NestFactory.create<NestFastifyApplication>(
      rootModule(wish, { hijacksStreams: isOf10 }),
      adapter,
      {
        logger: false,
        abortOnError: false,
        bodyParser: !wish.bodyIsLost,
      },
    );
    if (wish.bodyIsLost) adapter.getInstance().removeAllContentTypeParsers();
    adapter.getInstance().addContentTypeParser('*', (_request, payload, done) => {
      payload.resume();
      payload.on('end', () => done(null, undefined));
    });
    if (wish.compression === 'behind')
      await app.register(compress, { threshold: 0, encodings: ['gzip', 'identity'] });
    return served(app);
  },
});
