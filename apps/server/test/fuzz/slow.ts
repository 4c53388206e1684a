import { Buffer } from 'node:buffer';
import type { Random } from '../harness/seeded-random.ts';
import type { DocumentedOperation } from './document.ts';
import { type Exchanged, exchange, type Sending } from './exchange.ts';
import type { Fuzzer } from './fuzzer.ts';
import { complaintsOfForm } from './judgement.ts';
import { bytesOf, type FuzzRequest, headOf } from './request.ts';

/**
 * How long a server may take to end a request that does not arrive, in addition to its time limit. The machine may be
 * busy.
 */
const graceMs = 5_000;

interface SlowCase {
  readonly what: string;
  readonly request: FuzzRequest;
  readonly bytes: Buffer;
  readonly sending: Sending;
}

/**
 * Sends requests that do not arrive in time: byte by byte, or with a stop that lasts for ever. All are sent at the same
 * time, and other requests are answered meanwhile. Afterwards each is sent as a valid request.
 */
export async function runSlow(
  fuzzer: Fuzzer,
  writes: readonly DocumentedOperation[],
  random: Random,
  options: { readonly cases: number; readonly requestTimeoutMs: number },
): Promise<void> {
  const { url, witness } = fuzzer.target;
  const boundMs = options.requestTimeoutMs + graceMs;
  const slow = Array.from({ length: options.cases }, () =>
    slowCase(fuzzer.draw(random.pick(writes)), random, boundMs, options.requestTimeoutMs),
  );
  const before = await witness.count();
  const exchanges = slow.map(({ bytes, sending }) => exchange(url, bytes, sending));
  const quick = Buffer.from('GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  const { answers } = await exchange(url, quick, { boundMs: graceMs });
  if (answers[0]?.status !== 200) throw new Error('a quick request was not answered among slow ones');
  for (const [index, exchanged] of (await Promise.all(exchanges)).entries()) {
    const one = slow[index];
    if (one === undefined) continue;
    const found = complaintsOfSlow(one.request, exchanged);
    if ((await witness.count()) !== before) found.push('something was committed, by this one or by another');
    if (found.length > 0) fuzzer.fail(one, exchanged.answers[0], found);
  }
  for (const { request } of slow) await fuzzer.askMended(request);
}

function slowCase(request: FuzzRequest, random: Random, boundMs: number, requestTimeoutMs: number): SlowCase {
  const whole = bytesOf(request);
  const cut = random.below(whole.length);
  switch (random.below(3)) {
    case 0: {
      // The last byte would arrive after twice the time limit.
      const everyMs = Math.ceil((2 * requestTimeoutMs) / Math.min(whole.length, 40));
      const drip = { pieceBytes: Math.ceil(whole.length / 40), everyMs };
      return { what: `a piece every ${everyMs} ms`, request, bytes: whole, sending: { boundMs, drip } };
    }
    case 1:
      return {
        what: `${cut} of ${whole.length} bytes, then nothing`,
        request,
        bytes: Buffer.from(whole.subarray(0, cut)),
        sending: { boundMs },
      };
    default: {
      const head = headOf(request, ['Transfer-Encoding: chunked']);
      const bytes = Buffer.from(`${head}5\r\n     \r\n`, 'latin1');
      return { what: 'chunks without an end', request, bytes, sending: { boundMs } };
    }
  }
}

function complaintsOfSlow(request: FuzzRequest, { answers, isHung }: Exchanged): string[] {
  const found = answers.flatMap((answer) => complaintsOfForm(request, answer));
  // Some are refused because of their heads.
  if (answers.some(({ status }) => status < 400 || status >= 500)) found.push('half a request was accepted');
  if (isHung) found.push('the connection does not end');
  return found;
}
