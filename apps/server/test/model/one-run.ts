import type { TestContext } from 'node:test';
import type { Api } from '../harness/api.ts';
import type { InProcess } from '../harness/in-process.ts';
import type { Random } from '../harness/seeded-random.ts';
import { withHeaders } from '../harness/tenants.ts';
import type { Hot } from './draw-names.ts';
import type { Seen } from './draw-settle.ts';
import { type Model, notePassedTime } from './model.ts';

/** A server, its model, and everything that a client has seen. */
export interface Run {
  readonly t: TestContext;
  readonly random: Random;
  readonly seen: Seen;
  /** entity tags by the text of their quote */
  readonly tags: Map<string, string>;
  readonly apiKeys: ReadonlyMap<string, string>;
  server: InProcess;
  model: Model;
  /** the account that most writes are about at the moment */
  hot: Hot;
}

export function apiOf({ server, apiKeys }: Run, tenant: string): Api {
  return withHeaders(server.api, { 'x-api-key': String(apiKeys.get(tenant)) });
}

export async function recordPassedTime({ server, model }: Run): Promise<void> {
  await server.app.passingTime.runOnce();
  notePassedTime(model);
}
