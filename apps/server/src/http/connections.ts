import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { AddressPlaces } from './address-places.ts';
import { AnswerProgress } from './answer-progress.ts';
import { lingeringClose } from './lingering-close.ts';
import type { Tally } from './tally.ts';

/** How long a client may continue to send a refused request before it has read the refusal. */
export const lingerMs = 2_000;
/** How long a stop waits for the rest of requests that have begun to arrive. */
const restOfRequestMs = 10_000;
const checkEveryMsMax = 1_000;
/** The name of the connections of all threads, in their tally. */
const allThreads = 'all';

/** Why the server closed a connection, or did not accept it. */
export type CutReason = 'address_full' | 'server_full' | 'not_read' | 'pipelined';

export interface ConnectionBounds {
  /** connections of one client address at a time */
  readonly perAddressMax: number;
  /** the time in which a client must read a part of an answer */
  readonly answerStallMs: number;
  /** where several threads count their connections together, and how many all of them may have */
  readonly shared?: { readonly tally: Tally; readonly max: number } | undefined;
  readonly onCut: (reason: CutReason, address: string | undefined) => void;
}

interface ClientConnection {
  /** the latest answer; undefined before the first request */
  answer: ServerResponse | undefined;
  /** whether further requests on it are not executed */
  isEnding: boolean;
  /** whether its last answer was given */
  isAnswered: boolean;
  readonly progress: AnswerProgress;
}

/**
 * The open connections of a server. Each has a place, which is given back no matter what its client does: Node's
 * timeouts end a request that does not arrive, and this class ends a connection whose request was refused, or whose
 * answer is not read. When the server stops, connections with an answer due receive it and then end; the others end
 * immediately.
 */
export class Connections {
  readonly #open = new Map<Socket, ClientConnection>();
  readonly #places: AddressPlaces;
  readonly #bounds: ConnectionBounds;
  #accepted = 0;
  #isClosing = false;
  #refuseRest: NodeJS.Timeout | undefined;

  constructor(bounds: ConnectionBounds) {
    this.#bounds = bounds;
    this.#places = new AddressPlaces(bounds.perAddressMax, bounds.shared?.tally);
  }

  /** The number of connections that have a place now. */
  get size(): number {
    return this.#accepted;
  }

  /** @param opened the event for a socket on which HTTP can begin: over TLS this is after the handshake */
  watch(server: Server, opened: 'connection' | 'secureConnection'): void {
    server.on('connection', (socket: Socket) => this.#accept(socket));
    server.on('drop', (data?: { readonly remoteAddress?: string }) =>
      this.#bounds.onCut('server_full', data?.remoteAddress),
    );
    server.on(opened, (socket: Socket) => this.#opened(socket));
    const everyMs = Math.min(checkEveryMsMax, this.#bounds.answerStallMs / 4);
    const check = setInterval(() => this.endStalled(performance.now()), everyMs).unref();
    server.once('close', () => {
      clearInterval(check);
      clearTimeout(this.#refuseRest);
    });
  }

  /** A request begins to be handled. */
  begin(socket: Socket, answer: ServerResponse): void {
    const connection = this.#open.get(socket);
    if (connection !== undefined && !connection.isEnding) connection.answer = answer;
  }

  /** Closes a connection at once. */
  cut(socket: Socket, reason: CutReason): void {
    this.#bounds.onCut(reason, socket.remoteAddress);
    socket.destroy();
  }

  /** Whether further requests on a connection are not executed. */
  isEnding(socket: Socket): boolean {
    return this.#open.get(socket)?.isEnding === true;
  }

  /** Whether a connection has its last answer, and is about to end. */
  isAnswered(socket: Socket): boolean {
    return this.#open.get(socket)?.isAnswered === true;
  }

  /** From now on further requests on this connection are not executed. */
  takeNoMore(socket: Socket): void {
    const connection = this.#open.get(socket);
    if (connection !== undefined) connection.isEnding = true;
  }

  /** Ends a connection with an answer of which nothing was sent yet. */
  endWith(socket: Socket, bytes: string): void {
    const connection = this.#open.get(socket);
    // HTTP has not begun on it: its handshake failed.
    if (connection === undefined) socket.destroy();
    else linger(socket, connection, bytes);
  }

  /** Ends the connections whose clients do not read their answers. */
  endStalled(nowMs: number): void {
    for (const [socket, { progress }] of this.#open) {
      if (progress.isStalled(nowMs)) this.cut(socket, 'not_read');
    }
  }

  /** @param refusal the answer to requests that do not arrive completely in the remaining time */
  close(refusal: () => string): void {
    this.#isClosing = true;
    for (const [socket, connection] of this.#open) {
      const { answer } = connection;
      connection.isEnding = true;
      if (answer === undefined || answer.writableFinished) socket.destroySoon();
      else endWithAnswer(socket, answer);
    }
    this.#refuseRest = setTimeout(() => this.#refuseUnfinished(refusal), restOfRequestMs);
  }

  #refuseUnfinished(refusal: () => string): void {
    for (const [socket, { answer }] of this.#open) {
      if (answer !== undefined && !answer.headersSent && !answer.req.complete)
        this.endWith(socket, refusal());
    }
  }

  #accept(socket: Socket): void {
    // If the address is read while there is a peer, Node remembers it. Otherwise a client that resets the connection
    // right after its request would have no address, and its retry would have another scope.
    const address = socket.remoteAddress;
    const giveBack = address === undefined || this.#isClosing ? undefined : this.#places.take(address);
    if (giveBack === undefined) {
      if (!this.#isClosing && address !== undefined) this.#bounds.onCut('address_full', address);
      socket.destroy();
      return;
    }
    if (!this.#takeShared()) {
      giveBack();
      this.#bounds.onCut('server_full', address);
      socket.destroy();
      return;
    }
    this.#accepted += 1;
    socket.once('close', () => {
      this.#accepted -= 1;
      this.#bounds.shared?.tally.giveBack(allThreads);
      giveBack();
    });
  }

  /** The place among the connections of all threads; a single thread has Node count them. */
  #takeShared(): boolean {
    const { shared } = this.#bounds;
    return shared === undefined || shared.tally.take(allThreads, shared.max);
  }

  #opened(socket: Socket): void {
    if (socket.destroyed || this.#isClosing || socket.remoteAddress === undefined) {
      socket.destroy();
      return;
    }
    const progress = new AnswerProgress(socket, this.#bounds.answerStallMs);
    const connection: ClientConnection = { answer: undefined, isEnding: false, isAnswered: false, progress };
    this.#open.set(socket, connection);
    socket.once('close', () => this.#open.delete(socket));
    const destroySoon = socket.destroySoon.bind(socket);
    socket.destroySoon = () => {
      const { answer } = connection;
      const isCutShort = answer?.writableFinished === true && !answer.req.complete;
      if (isCutShort) linger(socket, connection, '');
      else destroySoon();
    };
  }
}

function linger(socket: Socket, connection: ClientConnection, bytes: string): void {
  connection.isEnding = true;
  connection.isAnswered = true;
  socket.write(bytes);
  lingeringClose(socket, lingerMs);
}

function endWithAnswer(socket: Socket, answer: ServerResponse): void {
  // Announces it in the answer, unless its head was sent.
  answer.shouldKeepAlive = false;
  answer.once('finish', () => socket.destroySoon());
}
