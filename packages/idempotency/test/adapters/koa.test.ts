import { createRequire } from 'node:module';
import Koa from 'koa';
import { koaSubject } from './harness/koa-subject.ts';
import { runAdapterLaws } from './harness/run-adapter-laws.ts';

// The types of this version are not installed. The parts used here are the same in both versions.
const koaOf2: typeof Koa = createRequire(import.meta.url)('koa-2');
const ways = ['writes', 'end', 'write-head', 'hijack', 'file'] as const;

runAdapterLaws('Koa 3', koaSubject(Koa, [...ways, 'response']));
runAdapterLaws('Koa 2', { ...koaSubject(koaOf2, ways), endsBrokenStreams: false });
