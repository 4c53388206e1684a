import { AnswerCipher } from './answer-cipher.ts';
import { systemClock } from './clock.ts';
import { InvalidOptionsError } from './invalid-options.ts';
import { keyPlace } from './key-options.ts';
import {
  checkAtomicStore,
  checkEncryption,
  checkKeptHeaders,
  checkNames,
  checkStore,
  checkWords,
} from './option-faults.ts';
import { readNumbers } from './option-numbers.ts';
import type { EngineSettings, IdempotencyOptions } from './options.ts';
import { profiles } from './profile.ts';
import { runtimeFaults } from './runtime-fault.ts';
import { isStoredByDefault } from './stored-by-default.ts';

/**
 * Fills in the defaults and checks every option.
 *
 * @param adapterOptions names of further options, which the adapter checks itself
 * @throws {InvalidOptionsError} listing every mistake
 */
export function checkOptions(
  given: IdempotencyOptions<never> & { readonly keyOf?: unknown },
  adapterOptions: readonly string[] = [],
  adapterFaults: readonly string[] = [],
): EngineSettings {
  const faults = [...runtimeFaults(), ...adapterFaults];
  if (typeof given !== 'object' || given === null)
    throw new InvalidOptionsError(['options must be an object']);
  const options = withProfile(given);
  checkNames(options, adapterOptions, faults);
  checkStore(options.store, faults);
  checkWords(options, faults);
  if (options.mode === 'atomic') checkAtomicStore(options.store, faults);
  const size = readNumbers(options, faults);
  if (size.retentionMs < size.answerTtlMs) faults.push('retentionMs must not be shorter than answerTtlMs');
  if (options.mode === 'atomic' && options.onAbandoned !== undefined) {
    faults.push(
      'onAbandoned is not for the atomic mode, in which an operation that was not completed did not happen',
    );
  }
  if (options.mode === 'atomic' && options.onServerError !== undefined) {
    faults.push(
      'onServerError is not for the atomic mode, in which an operation that was not completed did not happen',
    );
  }
  if (size.keyLengthMin > size.keyLengthMax)
    faults.push('keyLengthMin must not be greater than keyLengthMax');
  if (options.mode === 'atomic' && given.onClientError !== undefined) {
    faults.push('onClientError is not for the atomic mode, in which an error did not happen');
  }
  const isKeptHeader = checkKeptHeaders(options.keepHeaders, faults);
  checkEncryption(options.encryption, faults);
  if (faults.length > 0) throw new InvalidOptionsError(faults);
  return {
    ...size,
    store: options.store,
    profile: profiles[options.profile ?? 'default'],
    mode: options.mode ?? 'leased',
    requireKey: options.requireKey ?? false,
    keySpelling: options.keySpelling ?? 'any',
    keyPlace: keyPlace(options.keyOf),
    keyPattern: options.keyPattern,
    methods: new Set(
      (options.methods ?? ['POST', 'PUT', 'PATCH', 'DELETE']).map((name) => name.toUpperCase()),
    ),
    onAbandoned: options.mode === 'atomic' ? 'rerun' : (options.onAbandoned ?? 'refuse'),
    onServerError: options.onServerError,
    onClientError: options.onClientError,
    echoKey: options.echoKey ?? false,
    keysPer: options.keysPer ?? 'caller',
    ignoreMembers: options.ignoreMembers ?? [],
    compareHeaders: (options.compareHeaders ?? []).map((name) => name.toLowerCase()),
    renderRefusal: options.renderRefusal,
    onStoreError: options.onStoreError ?? 'refuse',
    isKeptHeader,
    shouldStore: options.shouldStore ?? isStoredByDefault,
    cipher: options.encryption === undefined ? undefined : new AnswerCipher(options.encryption),
    observer: options.observer,
    documentationUrl: options.documentationUrl,
    clock: options.clock ?? systemClock,
    newRequestId: options.newRequestId ?? (() => crypto.randomUUID()),
  };
}

/** The options, with those of the profile where the application sets none. */
function withProfile<Given extends IdempotencyOptions<never> & { readonly keyOf?: unknown }>(
  given: Given,
): Given {
  const profile = Object.hasOwn(profiles, given.profile ?? '')
    ? profiles[given.profile ?? 'default']
    : undefined;
  if (profile?.defaults === undefined) return given;
  const own = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...given, ...profile.defaults, ...Object.fromEntries(own) };
}
