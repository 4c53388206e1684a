import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { UsageBodies } from './usage-bodies.ts';

const text = '{"agent":"agent-7","serviceId":"search","requests":3}';
const bytes = (body: string) => Buffer.from(body, 'utf8');

test('the same bytes are read once, and other bytes are read again', () => {
  const bodies = new UsageBodies();
  const first = bodies.read(bytes(text));
  assert.deepEqual(first?.item, { agent: 'agent-7', serviceId: 'search', requests: 3 });
  assert.equal(bodies.read(bytes(text)), first);
  const spaced = bodies.read(bytes(` ${text}`));
  assert.notEqual(spaced, first);
  assert.deepEqual(spaced, first);
  const other = bodies.read(bytes(text.replace('3', '4')));
  assert.equal(other?.item.requests, 4);
  assert.notEqual(other.fingerprint, first?.fingerprint);
});

test('a body with an id, a long body and a body with a fault are not kept', () => {
  const bodies = new UsageBodies();
  const metadata = { first: 'x'.repeat(128), second: 'x'.repeat(128) };
  const long = JSON.stringify({ agent: 'agent-7', serviceId: 'search', requests: 3, metadata });
  for (const body of [text.replace('}', ',"id":"u-1"}'), long]) {
    const read = bodies.read(bytes(body));
    assert.ok(read !== undefined);
    assert.notEqual(bodies.read(bytes(body)), read);
  }
  for (const body of [
    text.replace('3', '0'),
    text.replace('agent"', 'agents"'),
    text.replace('}', ',"color":"red"}'),
    text.replace('agent-7', '\\ud800'),
  ]) {
    for (const _ of [1, 2]) assert.equal(bodies.read(bytes(body)), undefined);
  }
  for (const body of ['', '{', text.replace('}', ',"agent":"a"}')]) {
    for (const _ of [1, 2]) assert.throws(() => bodies.read(bytes(body)));
  }
});

test('bodies that were not sent again for a long time are forgotten', () => {
  const bodies = new UsageBodies();
  const first = bodies.read(bytes(text));
  for (let requests = 10; requests < 5_010; requests++)
    bodies.read(bytes(text.replace('3', String(requests))));
  const again = bodies.read(bytes(text));
  assert.notEqual(again, first);
  assert.deepEqual(again, first);
});
