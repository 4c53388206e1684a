import type { Request, Response } from 'express';
import type { ExpressOptions } from '../../src/adapters/express.ts';

/** The suites whose cases were read, by the names of their projects. */
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
  // The back end that this project began from.
  | 'AgentPay'
  // Of Stripe the documentation was read.
  | 'Stripe';

/** Something that suites of peers expect, and what this library does there. */
export interface PeerCase {
  /** the case, as a sentence of ours */
  readonly intent: string;
  /** how many cases of each suite it stands for; 0 if a suite has it only within a case that another row counts */
  readonly peers: Readonly<Partial<Record<Peer, number>>>;
  /** `same` as they expect, `different` on purpose, or the same with an `option` */
  readonly here: 'same' | 'different' | 'option';
  /** why it is different, which option it is, or what else is to be known */
  readonly note?: string;
  /** Rejects if the library does something else. */
  readonly check: (start: StartApp) => Promise<void>;
}

/** The cases about one subject. */
export interface PeerSubject {
  readonly title: string;
  readonly cases: readonly PeerCase[];
}

/** What a case wishes of its app: Express, with a protected route for each method at each path. */
export interface AppWish {
  readonly options?: Partial<ExpressOptions>;
  /** what the handler does with its execution, which is counted from 1; answers `201 { id }` if it is not given */
  readonly handle?: (response: Response, id: number, request: Request) => unknown;
  /** protects `/charges` only */
  readonly protects?: 'route';
}

/** A request of a case; a POST of `{ amount: 1 }` to `/charges` under the key `k`, unless it says otherwise. */
export interface PeerRequest {
  readonly method?: string;
  readonly path?: string;
  /** `null` for none, several for several headers */
  readonly key?: string | null | readonly string[];
  /** JSON, or a text or a form that is sent as it is */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer, read to its end. */
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
  /** Sends a request whose client hangs up when the function that is given back is called. */
  sendAndHangUp(request?: PeerRequest): () => void;
}

/** Starts an app. */
export type StartApp = (wish?: AppWish) => Promise<PeerApp>;
