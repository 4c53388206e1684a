/** How binding a check is in a profile. `beyond`: the protocol is silent, and a careful client still relies on it. */
export type Level = 'MUST' | 'SHOULD' | 'MAY' | 'beyond';

/** The levels, the most binding first. */
export const levels: readonly Level[] = ['MUST', 'SHOULD', 'MAY', 'beyond'];
