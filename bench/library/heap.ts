import { randomUUID } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { checkOptions, IdempotencyEngine } from '@billonce/idempotency';
import { memoryStore } from '@billonce/idempotency/memory';
import { roomy } from './protection.ts';

const about = { accept: undefined, requestId: undefined };

/** Prints the heap that a completed key takes without its body, and the cost of a request, from 10^3 to 10^6 keys. */
export async function measureHeap(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const heapBytes = () => {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const engine = new IdempotencyEngine(checkOptions({ store: memoryStore(roomy) }));
  await complete(engine, 50_000);
  console.log('\n| keys | heap bytes a key | microseconds a request, the core alone |\n| --- | --- | --- |');
  let keys = 50_000;
  for (const upTo of [51_000, 60_000, 150_000, 1_000_000]) {
    const before = heapBytes();
    const startMs = performance.now();
    await complete(engine, upTo - keys);
    const microseconds = ((performance.now() - startMs) * 1000) / (upTo - keys);
    const bytes = (heapBytes() - before) / (upTo - keys);
    console.log(`| ${upTo.toLocaleString('en')} | ${bytes.toFixed(0)} | ${microseconds.toFixed(1)} |`);
    keys = upTo;
  }
}

async function complete(engine: IdempotencyEngine, times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    const begun = await engine.begin({
      method: 'POST',
      path: '/usage',
      query: '',
      ifMatch: undefined,
      body: { kind: 'parsed', value: { agent: 'agent-7', serviceId: 'search', requests: 3 } },
      caller: { kind: 'ip', address: '127.0.0.1' },
      key: randomUUID(),
      ...about,
    });
    if (begun.kind !== 'execute') throw new Error(begun.kind);
    const headers = [['content-type', 'application/json; charset=utf-8']] as const;
    await engine.finish(begun.operation, { status: 201, headers, body: '' }, about);
  }
}
