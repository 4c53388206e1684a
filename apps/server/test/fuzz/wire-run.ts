import { Buffer } from 'node:buffer';
import type { Random } from '../harness/seeded-random.ts';
import type { DocumentedOperation } from './document.ts';
import { exchange, type Sending } from './exchange.ts';
import type { Fuzzer } from './fuzzer.ts';
import { complaintsOfForm } from './judgement.ts';
import { bytesOf } from './request.ts';
import { type WireShape, wireShapes } from './wire-shapes.ts';

/** Some forms look like half a request: the server then waits for the rest, for the configured time. */
const boundMs = 10_000;

/** Sends writes in every wire shape in turn, and each once more as a valid request. */
export async function runShapes(
  fuzzer: Fuzzer,
  writes: readonly DocumentedOperation[],
  random: Random,
  rounds: number,
): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const shape of wireShapes) await runShape(fuzzer, random.pick(writes), shape);
  }
}

async function runShape(fuzzer: Fuzzer, operation: DocumentedOperation, shape: WireShape): Promise<void> {
  const request = fuzzer.draw(operation);
  const asked = {
    what: shape.what,
    request,
    ...(shape.statuses === undefined ? {} : { statuses: shape.statuses }),
  };
  const before = await fuzzer.target.witness.count();
  const { answers, rest, isHung } = await exchange(fuzzer.target.url, shape.bytes(request), { boundMs });
  const [answer] = answers;
  // The request may or may not have taken effect: the next answer under its key is sent after this is decided.
  if (answer === undefined && shape.mayBeSilent && !isHung) return await fuzzer.askAgain(request);
  if (answer === undefined || answers.length > 1 || isHung || rest.length > 0) {
    return fuzzer.fail(asked, answer, [
      `${answers.length} answers${isHung ? ', and no end' : ''}, then ${JSON.stringify(rest.toString())}`,
    ]);
  }
  if (shape.statuses === undefined) return await fuzzer.take(asked, answer, before);
  const found = complaintsOfForm(request, answer);
  if (!shape.statuses.includes(answer.status)) found.push(`the status is ${answer.status}`);
  if ((await fuzzer.target.witness.count()) !== before) found.push('something was committed');
  if (found.length > 0) fuzzer.fail(asked, answer, found);
  await fuzzer.askMended(request);
}

/**
 * Sends parts of requests, and complete requests whose clients have disconnected. Each is sent once more as a complete
 * request.
 */
export async function runHalves(
  fuzzer: Fuzzer,
  writes: readonly DocumentedOperation[],
  random: Random,
  cases: number,
): Promise<void> {
  for (let number = 0; number < cases; number++) {
    const request = fuzzer.draw(random.pick(writes));
    const whole = bytesOf(request);
    const cut = random.below(whole.length);
    const then = random.pick(['half-close', 'reset'] as const);
    const before = await fuzzer.target.witness.count();
    const asked = { what: `${cut} of ${whole.length} bytes, then ${then}`, request };
    const sending: Sending = { then, boundMs };
    const { answers, isHung } = await exchange(
      fuzzer.target.url,
      Buffer.from(whole.subarray(0, cut)),
      sending,
    );
    const found = answers.flatMap((answer) => complaintsOfForm(request, answer));
    if (isHung) found.push('the connection does not end');
    if (answers.some(({ status }) => status < 400)) found.push('half a request was accepted');
    if ((await fuzzer.target.witness.count()) !== before) found.push('something was committed');
    if (found.length > 0) fuzzer.fail(asked, answers[0], found);
    await fuzzer.askMended(request);
  }
}
