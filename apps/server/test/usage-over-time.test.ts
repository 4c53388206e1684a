import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startInProcess } from './harness/in-process.ts';

const hourMs = 3_600_000;
const startMs = Date.parse('2026-05-01T12:00:00.000Z');

test('usage is added up by the time when it was recorded, in spans of equal length', async (t) => {
  const { api, clock } = await startInProcess(t, {}, startMs);
  const record = (requests: number) => api.post('/usage', { agent: 'a', serviceId: 's', requests });
  await record(3);
  await record(4);
  clock.nowMs = startMs + hourMs;
  const kept = await record(5);
  clock.nowMs = startMs + 2 * hourMs - 1;
  await api.post(`/entries/${kept.headers.get('location')?.split('/').at(-1)}/reverse`, { reason: 'wrong' });
  clock.nowMs = startMs + 2 * hourMs;

  const iso = (ms: number) => new Date(ms).toISOString();
  const path = (from: number, to: number, spans: number) =>
    `/usage/over-time?${new URLSearchParams({ from: iso(from), to: iso(to), spans: String(spans) })}`;
  const { items, complete } = (await api.get(path(startMs - hourMs, startMs + 2 * hourMs, 3))).json;
  assert.deepEqual(items, [
    { from: iso(startMs - hourMs), to: iso(startMs), entries: 0, requests: 0 },
    { from: iso(startMs), to: iso(startMs + hourMs), entries: 2, requests: 7 },
    // A later reversal does not change the usage of this span.
    { from: iso(startMs + hourMs), to: iso(startMs + 2 * hourMs), entries: 1, requests: 5 },
  ]);
  assert.equal(complete, true);
  const lastDay = (await api.get('/usage/over-time')).json.items;
  assert.equal(lastDay.length, 24);
  assert.deepEqual((await api.get(path(startMs, startMs, 5))).json, { items: [], complete: true });
  assert.deepEqual((await api.get(path(startMs, startMs - 1, 5))).json, { items: [], complete: true });
});

test('a span is at least a millisecond long, and spans can cover any period', async (t) => {
  const { api } = await startInProcess(t, {}, startMs);
  const spansOf = async (from: string, to: string) => {
    const { json } = await api.get(`/usage/over-time?from=${from}&to=${to}&spans=200`);
    return json.items.length;
  };
  assert.equal(await spansOf('2026-05-01T12:00:00.000Z', '2026-05-01T12:00:00.003Z'), 3);
  assert.equal(await spansOf('0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z'), 200);
});
