import assert from 'node:assert/strict';
import { gunzipSync } from 'node:zlib';
import { newKey, withApp } from './law-app.ts';
import type { AdapterLaw, AnswerWay, CompressionPlace } from './subject.ts';
import { header, type WireAnswer } from './wire.ts';

const gzip = [['Accept-Encoding', 'gzip']] as const;
const identity = [['Accept-Encoding', 'identity']] as const;
const ways: readonly AnswerWay[] = ['json', 'text', 'large'];

function decoded(answer: WireAnswer): Buffer {
  const coding = header(answer, 'content-encoding') ?? 'identity';
  if (coding === 'identity') return answer.body;
  assert.equal(coding, 'gzip');
  return gunzipSync(answer.body);
}

function isCoded(answer: WireAnswer): boolean {
  return header(answer, 'content-encoding') === 'gzip';
}

function assertSame(answer: WireAnswer, first: WireAnswer): void {
  assert.equal(answer.status, first.status);
  assert.deepEqual(decoded(answer), decoded(first));
  assert.equal(header(answer, 'content-type'), header(first, 'content-type'));
  assert.equal(header(answer, 'idempotency-replayed'), 'true');
  const length = header(answer, 'content-length');
  assert.ok(length === undefined || Number(length) === answer.body.length);
}

const sentences: Readonly<Record<Exclude<CompressionPlace, 'none'>, string>> = {
  front:
    'With a compression outside the protection, each answer is coded for the client that asks, and its decoded bytes are those of the first answer.',
  behind:
    'With a compression between protection and handler, no client gets a coding that it did not ask for, and the decoded bytes are those of the first answer.',
};

function isNegotiated(compression: 'front' | 'behind'): AdapterLaw {
  return {
    id: `compression-${compression}`,
    sentence: sentences[compression],
    concerns: ({ compressions }) => compressions.includes(compression),
    run: (subject) =>
      withApp(subject, { compression }, async (app) => {
        for (const way of ways) {
          for (const [headers, others] of [
            [gzip, identity],
            [identity, gzip],
          ] as const) {
            const key = newKey();
            const executions = app.work.executions + 1;
            const first = await app.post(way, { key, headers });
            assert.equal(isCoded(first), headers === gzip, way);
            const other = await app.post(way, { key, headers: others });
            const same = await app.post(way, { key, headers });
            for (const replay of [other, same]) assertSame(replay, first);
            const coded = [other, same].filter(isCoded).length;
            assert.ok(compression === 'front' ? coded === 1 : !isCoded(others === identity ? other : same));
            assert.equal(app.work.executions, executions);
          }
        }
      }),
  };
}

/** How content codings are handled. */
export const codingLaws: readonly AdapterLaw[] = [isNegotiated('front'), isNegotiated('behind')];
