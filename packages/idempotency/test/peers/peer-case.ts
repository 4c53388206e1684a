import type { Request, Response } from 'express';
import type { ExpressOptions } from '../../src/adapters/express.ts';

/** The suites whose cases were read, by project name. */
export type Peer =
  | 'express-idempotency'
  | '@node-idempotency'
  | 'idempot-js'
  | 'hono-idempotency'
  | '@nestarc/idempotency'
  | 'universal-idempotent-request'
  | '@reaatech/idempotency-middleware'
  | 'fastify-idempotency'
  | 'django-idempotency-key'
  | 'IdempotentAPI'
  | 'idempotency4j'
  | 'idempotence4j'
  | 'arun0009/idempotent'
  | 'Powertools for AWS Lambda'
  // The back end that this project began with.
  | 'AgentPay'
  // For Stripe, the documentation was read.
  | 'Stripe';

/** A behaviour that suites of peers expect, and the behaviour of this library. */
export interface PeerCase {
  /** the case, in our words */
  readonly intent: string;
  /**
   * the number of cases of each suite that this row covers; 0 if a suite has it only within a case that another row
   * counts
   */
  readonly peers: Readonly<Partial<Record<Peer, number>>>;
  /** `same`: as they expect; `different`: intentionally not; `option`: the same with an option */
  readonly here: 'same' | 'different' | 'option';
  /** why it differs, which option it is, or further facts */
  readonly note?: string;
  /** Rejects if the library does something else. */
  readonly check: (start: StartApp) => Promise<void>;
}

/** The cases about one subject. */
export interface PeerSubject {
  readonly title: string;
  readonly cases: readonly PeerCase[];
}

/** The app that a case needs: Express, with a protected route for each method at each path. */
export interface AppWish {
  readonly options?: Partial<ExpressOptions>;
  /** handles an execution, counted from 1; by default answers `201 { id }` */
  readonly handle?: (response: Response, id: number, request: Request) => unknown;
  /** protects `/charges` only */
  readonly protects?: 'route';
}

/** The request of a case; by default a POST of `{ amount: 1 }` to `/charges` under the key `k`. */
export interface PeerRequest {
  readonly method?: string;
  readonly path?: string;
  /** `null` for none, several for several headers */
  readonly key?: string | null | readonly string[];
  /** JSON, or a text or form that is sent unchanged */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A complete answer. */
export interface PeerAnswer {
  readonly status: number;
  /** the value of a header; `undefined` if there is none */
  header(name: string): string | undefined;
  readonly text: string;
  /** whether it is marked as a replay */
  readonly isReplay: boolean;
}

/** A running app, which ends with its test. */
export interface PeerApp {
  /** how often a handler has run */
  executions(): number;
  send(request?: PeerRequest): Promise<PeerAnswer>;
  /** Sends a request. Its client hangs up when the returned function is called. */
  sendAndHangUp(request?: PeerRequest): () => void;
}

/** Starts an app. */
export type StartApp = (wish?: AppWish) => Promise<PeerApp>;
