import type { KeyState } from '@billonce/client';
import { type RemoteCommand, remoteCommand, type Shown } from './remote-command.ts';
import { pairsOf } from './table.ts';

/** `billonce lookup` */
export const lookupCommand: RemoteCommand = remoteCommand({
  name: 'lookup',
  summary: 'shows the outcome of the request with an idempotency key, and its retries',
  arguments: [{ name: 'KEY', text: 'the idempotency key, as the client sent it' }],
  text: [
    'Shows the request that was carried out with the key, its answer, and its retries. Nothing is changed. Retries are those that the ' +
      'answering instance has counted since the printed time; those on other instances, or before a restart, are not included.',
    'If no completed request has the key, one may still be running.',
  ],
  options: {},
  plan: ({ positionals: [key = ''], mistakes }) => {
    if (!/^[\x21-\x7e]{1,255}$/.test(key)) mistakes.push('KEY must be 1 to 255 visible ASCII characters');
    return async (client, options) => {
      const found = await client.idempotency.lookup(key, options);
      return found === undefined ? notSeen : keyShown(found);
    };
  },
});

const notSeen: Shown = {
  documents: [],
  text: '',
  note: 'no completed request has this key; one may still be running: resend it with the same key to be sure',
  ending: 'failed',
};

const states = {
  remembered: 'carried out once; a retry gets the same answer',
  tombstone: 'carried out once; the answer is gone, and a retry is refused',
} as const;

function keyShown(key: KeyState): Shown {
  const { state, method, path, status, location, firstSeenAt, expiresAt, retries } = key;
  const { since, replayed, conflict, expired, last } = retries;
  const text = pairsOf([
    ['state', states[state]],
    ['request', `${method} ${path}`],
    ['answer', `${status ?? 'unknown'}${location === undefined ? '' : `, ${location}`}`],
    ['first seen', firstSeenAt],
    [state === 'remembered' ? 'answer kept until' : 'key kept until', expiresAt],
    ['came again', `${replayed} replayed, ${conflict} in conflict, ${expired} without an answer`],
    ['counted since', `${since}, by the instance that answers`],
    ...last.map(({ at, outcome }, index) => [index === 0 ? 'last' : '', `${at} ${outcome}`] as const),
  ]);
  return { documents: [key], text };
}
