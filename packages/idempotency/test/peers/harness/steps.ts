import assert from 'node:assert/strict';
import type { AppWish, PeerAnswer, PeerRequest, StartApp } from '../peer-case.ts';

/** Sends a request and its retry: the retry is a replay of the first answer, and nothing is executed for it. */
export async function replays(
  start: StartApp,
  wish: AppWish = {},
  first: PeerRequest = {},
  retry: PeerRequest = first,
): Promise<PeerAnswer> {
  const app = await start(wish);
  const made = await app.send(first);
  assert.equal(made.isReplay, false);
  const replay = await app.send(retry);
  assert.deepEqual([replay.status, replay.text, replay.isReplay], [made.status, made.text, true]);
  assert.equal(app.executions(), 1);
  return replay;
}

/** Sends two requests: both are executed. */
export async function executesBoth(
  start: StartApp,
  wish: AppWish,
  first: PeerRequest,
  second: PeerRequest = first,
): Promise<void> {
  const app = await start(wish);
  const answers = [await app.send(first), await app.send(second)];
  assert.deepEqual(
    answers.map(({ isReplay }) => isReplay),
    [false, false],
  );
  assert.equal(app.executions(), 2);
}

/** Sends two requests: the second is refused, and not executed. */
export async function refusesSecond(
  start: StartApp,
  wish: AppWish,
  first: PeerRequest,
  second: PeerRequest,
  status = 409,
): Promise<PeerAnswer> {
  const app = await start(wish);
  await app.send(first);
  const refused = await app.send(second);
  assert.equal(refused.status, status, refused.text);
  assert.equal(app.executions(), 1);
  return refused;
}

/** Sends a request that is refused before anything is executed. */
export async function refuses(
  start: StartApp,
  wish: AppWish,
  request: PeerRequest,
  status: number,
  code: string,
): Promise<void> {
  const app = await start(wish);
  const refused = await app.send(request);
  assert.equal(refused.status, status, refused.text);
  assert.ok(refused.text.includes(code), refused.text);
  assert.equal(app.executions(), 0);
}
