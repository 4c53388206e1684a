import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bounds, errorCodes } from '@billonce/contract';
import { idempotencyKeyLengthMax } from '@billonce/idempotency/core';
import { acceptWindowDays } from '../src/domain/usage.ts';

test('the contract states the bounds that the domain and the library decide by', () => {
  assert.equal(bounds.keyLength, idempotencyKeyLengthMax);
  assert.match(errorCodes.event_too_old.advice, new RegExp(`for ${acceptWindowDays} days after`));
  assert.match(
    errorCodes.invalid_idempotency_key.advice,
    new RegExp(`1 to ${idempotencyKeyLengthMax} visible`),
  );
});
