import { acp } from './profiles/acp.ts';
import { adcp } from './profiles/adcp.ts';
import { billonce } from './profiles/billonce.ts';
import { draft07 } from './profiles/draft-07.ts';
import type { Basis, Profile } from './profiles/profile-shape.ts';
import { stripe } from './profiles/stripe.ts';
import { ucp } from './profiles/ucp.ts';
import { x402Id } from './profiles/x402-id.ts';

/** All profiles by the names of `--profile`. */
export const profiles = {
  default: billonce,
  'draft-07': draft07,
  stripe,
  acp,
  ucp,
  adcp,
  'x402-id': x402Id,
} satisfies Readonly<Record<string, Profile>>;

export type ProfileName = keyof typeof profiles;

export function isProfileName(name: string): name is ProfileName {
  return Object.hasOwn(profiles, name);
}

const beyond: Basis = {
  level: 'beyond',
  clause: 'the protocol does not specify this, but a client that retries relies on it',
};

const everywhere: Readonly<Record<string, Basis>> = {
  'still-answers': {
    level: 'MUST',
    clause: 'no protocol has a clause about this: a server that does not answer fulfils none',
  },
};

/** The clause from which a check follows in a profile. */
export function basisOf(profile: Profile, checkId: string): Basis {
  return everywhere[checkId] ?? profile.basis[checkId] ?? beyond;
}
