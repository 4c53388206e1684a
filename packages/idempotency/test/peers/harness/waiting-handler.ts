import { Gate } from '../../../src/testing/adapter-laws/gate.ts';
import type { AppWish, PeerApp, StartApp } from '../peer-case.ts';

/** An app whose handler waits until it may continue. */
export interface WaitingApp extends PeerApp {
  /** a handler has begun */
  readonly begun: Promise<void>;
  letGoOn(): void;
}

/** Starts an app whose handler waits. */
export async function startWaiting(start: StartApp, options: AppWish['options'] = {}): Promise<WaitingApp> {
  const gate = new Gate();
  gate.close();
  const app = await start({
    options,
    handle: async (response, id) => {
      await gate.pass();
      response.status(201).json({ id });
    },
  });
  return { ...app, begun: gate.arrival(), letGoOn: () => gate.open() };
}
