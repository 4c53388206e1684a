import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Readiness } from './readiness.ts';

test('one readiness check runs at a time, no matter how many clients ask, and its result is soon renewed', async () => {
  let nowMs = 0;
  let looks = 0;
  let fault: Error | undefined;
  let answer = (): void => undefined;
  const readiness = new Readiness(
    async () => {
      looks += 1;
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      if (fault !== undefined) throw fault;
    },
    () => nowMs,
  );
  const many = Array.from({ length: 1_000 }, () => readiness.check());
  nowMs = 60_000;
  many.push(readiness.check());
  assert.equal(looks, 1, 'a look that takes long is waited for, not joined by others');
  answer();
  await Promise.all(many);
  nowMs += 199;
  await readiness.check();
  assert.equal(looks, 1);
  nowMs += 1;
  fault = new Error('away');
  const failed = [readiness.check(), readiness.check()];
  assert.equal(looks, 2);
  answer();
  for (const one of failed) await assert.rejects(one, /away/);
  await assert.rejects(readiness.check(), /away/);
  nowMs += 200;
  fault = undefined;
  const again = readiness.check();
  answer();
  await again;
});
