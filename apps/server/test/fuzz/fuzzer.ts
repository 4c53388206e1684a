import { Buffer } from 'node:buffer';
import type { RawAnswer } from '../harness/raw-http.ts';
import type { Random } from '../harness/seeded-random.ts';
import type { CommitMark, CommitWitness } from './commits.ts';
import { type DocumentedOperation, recordOf } from './document.ts';
import { exchange } from './exchange.ts';
import { faultsOf } from './faults.ts';
import { complaints, complaintsOfForm, jsonOf } from './judgement.ts';
import type { Mutated, MutationTools } from './mutation.ts';
import { mutated } from './mutations.ts';
import { collectionOf, Pool } from './pool.ts';
import { bytesOf, drawRequest, type FuzzRequest, type Pair, withHeader } from './request.ts';
import { Values } from './values.ts';

/** The server under test. */
export interface Target {
  readonly url: string;
  readonly witness: CommitWitness;
  /** returns the server's output, for a failed case */
  output(): string;
}

/** The headers of the callers. In development mode there are none. */
export interface Callers {
  readonly tenant: readonly Pair[];
  readonly admin: readonly Pair[];
  /** headers of the admin who acts for the tenant */
  readonly adminAsTenant: readonly Pair[];
  /** values that no request may name, because a run ends if its own key is revoked */
  readonly spared: readonly string[];
}

/** No request takes this long. A longer one hangs. */
const answerBoundMs = 10_000;

/** Changes that are undone immediately, because they change the answers to all later requests. */
const undoing: Readonly<Record<string, readonly [method: string, path: string, body: string]>> = {
  pause: ['POST', '/api/v1/admin/unpause', ''],
  changeConfig: ['PATCH', '/api/v1/config', '{"bulkMaxItems":null,"rateLimitPerMinute":null}'],
};

/** The only read that commits: it is documented to write a probe. */
const committingRead = 'readDeepHealth';

/** Sends requests drawn from the OpenAPI document of a server, and judges each answer. */
export class Fuzzer {
  readonly counts = {
    cases: 0,
    accepted: 0,
    refused: 0,
    replayed: 0,
    mended: 0,
    wellFormed: 0,
    wellAccepted: 0,
  };
  readonly pool: Pool;
  readonly target: Target;
  readonly #operations: readonly DocumentedOperation[];
  readonly #callers: Callers;
  readonly #random: Random;
  readonly #values: Values;
  readonly #tools: MutationTools;
  readonly #adminOperations = new Set<string>();
  readonly #accepted = new Set<string>();

  constructor(operations: readonly DocumentedOperation[], target: Target, callers: Callers, random: Random) {
    this.#operations = operations;
    this.target = target;
    this.#callers = callers;
    this.#random = random;
    this.pool = new Pool(callers.spared);
    this.#values = new Values(random, this.pool);
    const segments = operations
      .flatMap(({ path }) => path.split('/'))
      .filter((segment) => /^\w/.test(segment));
    this.#tools = { random, pool: this.pool, fixedSegments: [...new Set(segments)] };
  }

  /** The operations that never got a success. */
  get neverAccepted(): string[] {
    return this.#operations.map(({ id }) => id).filter((id) => !this.#accepted.has(id));
  }

  /** Calls each operation once as a tenant. The admin calls those that are forbidden to it. */
  async explore(): Promise<void> {
    for (const operation of this.#operations) {
      const request = drawRequest(operation, this.#drawTools, this.#callers.tenant);
      const before = await this.target.witness.count();
      const answer = await this.send(request);
      if (answer.status === 403) this.#adminOperations.add(operation.id);
      else await this.#learn(request, answer);
      if (answer.status >= 300 && (await this.target.witness.count()) !== before) {
        this.fail({ what: 'as documented', request }, answer, ['a refused request was committed']);
      }
    }
  }

  /** Runs cases, cycling through the operations. */
  async run(cases: number, operations = this.#operations): Promise<void> {
    for (let number = 0; number < cases; number++) {
      const operation = operations[number % operations.length];
      if (operation !== undefined) await this.#case(operation);
    }
  }

  /** A valid request of an operation, with a new key. */
  draw(operation: DocumentedOperation): FuzzRequest {
    const request = drawRequest(operation, this.#drawTools, this.#headersFor(operation));
    this.counts.cases += 1;
    if (!operation.takesKey) return request;
    return withHeader(request, 'Idempotency-Key', `case-${this.counts.cases}`);
  }

  get #drawTools() {
    return { values: this.#values, random: this.#random, pool: this.pool };
  }

  #headersFor({ id, isOpen }: DocumentedOperation): readonly Pair[] {
    const { tenant, admin, adminAsTenant } = this.#callers;
    if (isOpen) return [];
    if (this.#adminOperations.has(id)) return admin;
    return this.#random.below(5) === 0 ? adminAsTenant : tenant;
  }

  async #case(operation: DocumentedOperation): Promise<void> {
    const good = this.draw(operation);
    if (this.#random.below(4) === 0) {
      await this.#ask({ what: 'as documented', request: good });
      return;
    }
    const bad = mutated(good, this.#tools);
    if (wouldLockOut(bad.request)) return;
    const answer = await this.#ask(bad);
    if (answer.status >= 400 && operation.takesKey) await this.askMended(good);
  }

  /** Sends the corrected request under the same key: the refusal must not have used up the key. */
  async askMended(request: FuzzRequest): Promise<void> {
    const mended = { what: 'mended, under the same key', request };
    const answer = await this.#ask(mended);
    this.counts.mended += 1;
    const found: string[] = [];
    if (answer.headers.has('idempotency-replayed')) found.push('the refused request is replayed');
    if (jsonOf(answer.body)['error'] === 'idempotency_conflict') found.push('the key is taken');
    if (found.length > 0) this.fail(mended, answer, found);
  }

  /** Sends the same request again if its outcome is unknown. */
  async askAgain(request: FuzzRequest): Promise<void> {
    const answer = await this.send(request);
    const found = complaintsOfForm(request, answer);
    if (answer.status >= 500) found.push(`the status is ${answer.status}`);
    if (found.length > 0) this.fail({ what: 'again', request }, answer, found);
    await this.#learn(request, answer);
  }

  /** Sends one request and judges its answer. If it took effect, its retry is judged too. */
  async #ask(asked: Mutated): Promise<RawAnswer> {
    if (wouldLockOut(asked.request)) return { status: 0, headers: new Map(), body: '' };
    const before = await this.target.witness.count();
    const answer = await this.send(asked.request);
    await this.take(asked, answer, before);
    return answer;
  }

  /**
   * Judges the answer to a request and, if it took effect, to its retry. `before` identifies the commits before it was
   * sent.
   */
  async take(asked: Mutated, answer: RawAnswer, before: CommitMark): Promise<void> {
    const { request } = asked;
    const isCommitted = (await this.target.witness.count()) !== before;
    const found = complaints(asked, answer, this.#tools.fixedSegments);
    const isProbe = request.operation.id === committingRead && request.method === request.operation.method;
    const isWrite = request.operation.takesKey || request.method !== request.operation.method;
    if (isCommitted && !(answer.status < 300 && (isWrite || isProbe))) found.push('something was committed');
    if (found.length > 0) this.fail(asked, answer, found);
    this.#count(asked, answer);
    if (isCommitted && !isProbe) await this.#retry(asked, answer);
    await this.#learn(request, answer);
  }

  #count({ request, statuses }: Mutated, { status }: RawAnswer): void {
    const isAccepted = status < 300;
    this.counts[isAccepted ? 'accepted' : 'refused'] += 1;
    if (statuses !== undefined || faultsOf(request).length > 0) return;
    this.counts.wellFormed += 1;
    if (isAccepted) this.counts.wellAccepted += 1;
  }

  /** Sends the same bytes again: the answer must be the same, and nothing more may be committed. */
  async #retry(asked: Mutated, first: RawAnswer): Promise<void> {
    const { request } = asked;
    if (!request.headers.some(([name]) => name === 'Idempotency-Key')) return;
    const before = await this.target.witness.count();
    const again = await this.send(request);
    this.counts.replayed += 1;
    const found: string[] = [];
    if (again.status !== first.status || again.body !== first.body)
      found.push(`its retry got ${again.status} ${again.body}`);
    if (again.headers.get('idempotency-replayed') !== 'true') found.push('its retry was no replay');
    if ((await this.target.witness.count()) !== before) found.push('its retry was committed');
    if (found.length > 0) this.fail(asked, first, found);
  }

  async #learn(request: FuzzRequest, { status, headers, body }: RawAnswer): Promise<void> {
    const { id, path } = request.operation;
    const code = jsonOf(body)['error'];
    if (typeof code === 'string') this.pool.add('code', 'errors', code);
    if (status >= 300) return;
    if (request.method === request.operation.method) this.#accepted.add(id);
    const collection = collectionOf(path);
    this.pool.harvest(jsonOf(body), collection);
    const etag = headers.get('etag');
    if (etag !== undefined) this.pool.add('etag', collection, etag);
    const key = request.headers.find(([name]) => name === 'Idempotency-Key')?.[1];
    if (key !== undefined) this.pool.add('idempotency-key', collection, key);
    const [, kind, name] = /^\/api\/v1\/(\w+)\/([^/]+)$/.exec(headers.get('location') ?? '') ?? [];
    if (kind !== undefined) this.pool.add('id', kind, name);
    const undo = undoing[id];
    if (undo !== undefined) await this.#undo(...undo);
  }

  async #undo(method: string, path: string, body: string): Promise<void> {
    const head = [
      `${method} ${path} HTTP/1.1`,
      'Host: localhost',
      ...this.#callers.admin.map((pair) => pair.join(': ')),
      ...(body === '' ? [] : ['Content-Type: application/json', `Content-Length: ${body.length}`]),
      'Connection: close',
    ];
    const bytes = Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
    const { answers } = await exchange(this.target.url, bytes, { boundMs: answerBoundMs });
    if (answers[0]?.status !== 200)
      throw new Error(`${method} ${path} was answered with ${answers[0]?.body}`);
  }

  async send(request: FuzzRequest): Promise<RawAnswer> {
    const isHead = request.method === 'HEAD';
    const { answers, rest, isHung } = await exchange(this.target.url, bytesOf(request), {
      isHead,
      boundMs: answerBoundMs,
    });
    const [answer] = answers;
    const found = [
      ...(isHung ? [`no end of the answer within ${answerBoundMs} ms`] : []),
      ...(answers.length > 1 ? [`${answers.length} answers to one request`] : []),
      ...(rest.length > 0 ? [`bytes that are no answer: ${rest.subarray(0, 200)}`] : []),
    ];
    if (answer !== undefined && found.length === 0) return answer;
    return this.fail({ what: 'sent', request }, answer, ['it got no whole answer', ...found]);
  }

  fail({ what, request }: Mutated, answer: RawAnswer | undefined, found: readonly string[]): never {
    const bytes = bytesOf(request);
    const text = bytes.subarray(0, 2_000).toString().trimEnd();
    throw new Error(
      [
        `case ${this.counts.cases}: ${request.operation.id}, ${what}`,
        ...found.map((complaint) => `  ${complaint}`),
        `--- ${bytes.length} bytes\n${text}`,
        `--- ${answer === undefined ? 'no answer' : `${answer.status} ${answer.body.slice(0, 2_000)}`}`,
        `--- the server printed\n${this.target.output().slice(-3_000)}`,
      ].join('\n'),
    );
  }
}

/** A rate limit of a few requests a minute would refuse the rest of the run, including the request that undoes it. */
function wouldLockOut({ operation, body, method }: FuzzRequest): boolean {
  if (operation.path !== '/api/v1/config' || method === 'GET' || body === undefined) return false;
  const { rateLimitPerMinute, rateLimitPerWindow } = recordOf(jsonOf(body.toString()));
  return [rateLimitPerMinute, rateLimitPerWindow].some(
    (limit) => typeof limit === 'number' && limit > 0 && limit < 1_000_000,
  );
}
