import { randomBytes } from 'node:crypto';

/** Dependencies from outside the process, so that tests can pass their own. */
export interface Ports {
  /** `undefined`: the clock of the storage, which is that of the database if there is one */
  readonly nowMs: (() => number) | undefined;
  readonly drawSecret: () => string;
  /** whether write probe, outbox and audit run automatically; a test runs them by hand, at chosen times */
  readonly areWorkersStarted: boolean;
  /** takes a line of the log of another thread, in JSON */
  readonly logLine: (line: string) => void;
  /** log lines lost since the start */
  readonly droppedLogLines: () => number;
}

/** The clock, the randomness and the workers of a real server. */
export const systemPorts: Ports = {
  nowMs: undefined,
  drawSecret: () => randomBytes(16).toString('hex'),
  areWorkersStarted: true,
  logLine: (line) => process.stdout.write(line),
  droppedLogLines: () => 0,
};
