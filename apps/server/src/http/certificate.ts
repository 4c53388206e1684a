import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:https';
import type { FastifyBaseLogger } from 'fastify';
import type { TlsFiles } from '../config.ts';

/** How often the files are checked for a new certificate. */
const lookEveryMs = 10_000;

/** A certificate with its chain, and its private key, both in PEM. */
interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/**
 * The certificate of the server. Its files are read again while the server runs, so that new connections use a renewed
 * certificate without a restart. Files that do not belong together change nothing: they may be in the middle of being
 * replaced.
 */
export class Certificate {
  readonly #files: TlsFiles;
  readonly #log: FastifyBaseLogger;
  #pair: KeyPair;
  #refused = '';
  #server: Server | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @throws {Error} if the files are not a certificate and its key */
  constructor(files: TlsFiles, log: FastifyBaseLogger) {
    this.#files = files;
    this.#log = log;
    this.#pair = readPair(files);
  }

  get pair(): KeyPair {
    return this.#pair;
  }

  /** From now on the server uses the certificate in the files. */
  serveOn(server: Server): void {
    this.#server = server;
    this.#timer = setInterval(() => this.runOnce(), lookEveryMs).unref();
    server.once('close', () => clearInterval(this.#timer));
  }

  /** Checks the files once, and uses a new certificate if there is one. */
  runOnce(): void {
    try {
      const pair = readPair(this.#files);
      this.#refused = '';
      if (pair.cert === this.#pair.cert && pair.key === this.#pair.key) return;
      this.#server?.setSecureContext(pair);
      this.#pair = pair;
      this.#log.info({ validTo: new X509Certificate(pair.cert).validTo }, 'the certificate was replaced');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      // Logged once, not every ten seconds.
      if (reason !== this.#refused) this.#log.error({ reason }, 'the certificate was not replaced');
      this.#refused = reason;
    }
  }
}

function readPair({ certFile, keyFile }: TlsFiles): KeyPair {
  const cert = textOf('TLS_CERT_FILE', certFile);
  const key = textOf('TLS_KEY_FILE', keyFile);
  const certificate = parsed(
    () => new X509Certificate(cert),
    `TLS_CERT_FILE is ${certFile}, which holds no certificate in PEM`,
  );
  const privateKey = parsed(
    () => createPrivateKey(key),
    `TLS_KEY_FILE is ${keyFile}, which holds no private key in PEM, or one with a passphrase`,
  );
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new Error(
      `the key in TLS_KEY_FILE (${keyFile}) is not that of the certificate in TLS_CERT_FILE (${certFile})`,
    );
  }
  return { cert, key };
}

function textOf(name: string, file: string): string {
  return parsed(() => readFileSync(file, 'utf8'), `${name} is ${file}, which cannot be read`);
}

/** A message that must not quote anything from the file. */
function parsed<T>(parse: () => T, message: string): T {
  try {
    return parse();
  } catch (error) {
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
    throw new Error(typeof code === 'string' ? `${message} (${code})` : message);
  }
}
