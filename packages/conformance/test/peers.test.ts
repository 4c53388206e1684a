import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { runConformance } from '../src/run.ts';
import { planFor } from './harness/plans.ts';
import { peerRuns } from './peers/peer-runs.ts';
import { expressIdempotency, nodeIdempotency, startPeer } from './peers/peer-servers.ts';

const installed = { 'express-idempotency': expressIdempotency, '@node-idempotency/core': nodeIdempotency };

for (const [name, protect] of Object.entries(installed)) {
  test(`${name} fails the checks that its row in the docs names`, async (t) => {
    const row = peerRuns.find((run) => run.name === name);
    assert.ok(row !== undefined);
    const manifest: unknown = createRequire(import.meta.url)(`${name}/package.json`);
    assert.equal(Reflect.get(Object(manifest), 'version'), row.version);
    const origin = await startPeer(t, protect);
    const result = await runConformance(
      planFor(`${origin}/charges`, {
        profile: 'draft-07',
        count: { kind: 'url', url: new URL(`${origin}/count`) },
        otherCaller: [['Authorization', 'Bearer two']],
      }),
    );
    assert.ok(result.kind === 'reported', result.kind === 'not-run' ? result.reason : '');
    const failed = result.report.checks.filter(({ verdict }) => verdict === 'failed');
    const shown = failed.map(({ id, reason }) => `${id}: ${reason}`).join('\n');
    assert.deepEqual(
      failed.map(({ id }) => id),
      row.failed,
      shown,
    );
  });
}
