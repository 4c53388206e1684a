/** The text that a model reads about the whole server. */
export const instructions = [
  'Billonce bills usage: each recorded usage is billed once, and a key identifies it.',
  'Before you record usage, choose a key that names this one piece of work, such as "report-2026-11-27/step-3".',
  'If a call fails, times out, or you do not know its result, call again with THE SAME key and the same arguments:',
  'usage that was already recorded is not billed again. Never use a new key to repeat a call.',
  'Use a new key for new work only. Amounts are decimal texts in their asset, and for XLM whole stroops (10^-7 XLM), too.',
].join(' ');

export const recordDescription = [
  'Records that an agent used a service, which bills it. Call it once for each piece of work, after the work.',
  'Give a `key` of 8 to 128 characters that names this piece of work.',
  'When the result of a call is lost or unclear, repeat it with the same key and arguments: it is billed once.',
  'Without a key, one is derived from the arguments. A second call with the same arguments and no key is refused,',
  'because it is not clear whether it repeats the first one; nothing is billed then.',
].join(' ');

export const keyDescription = [
  'Identifies this one piece of work: use the same key to repeat this call, and another key for new work.',
  'Choose it before the first call, so that you still have it when a result is lost.',
].join(' ');

export const lookUpDescription =
  'Reports whether usage was recorded under a key. Use it when you do not know the result of a call. "missing" is not final while the call may still be on its way: repeating it with the same key is always safe.';

export const quoteDescription =
  'Shows what a settlement of an account would bill now. `through` and `billedStroops` of it (or `amount`, if its asset is not XLM) are what `settle_account` needs. Changes nothing.';

export const settleDescription = [
  'Bills the outstanding usage of an account. Give `through` and `billedStroops` (or `amount`, if its asset is not XLM) of a quote that you have just read:',
  'if the account has changed since then, nothing is billed, and you must read the quote again.',
  'When the result is lost, repeat the call with the same arguments: you get the same bill.',
].join(' ');

export const createHoldDescription = [
  'Reserves money for work before the work begins, so that it is paid for when it is done.',
  'After the work, call `capture_hold` with the actual usage, or `release_hold` if the work failed.',
  'Give a `key` of 8 to 128 characters that names this piece of work, and repeat a call whose result is lost with the same key.',
].join(' ');

export const captureHoldDescription =
  'Records the actual usage of reserved work, draws its price and releases the rest. The usage may be more or less than was reserved. Repeating it with the same number changes nothing.';

export const releaseHoldDescription = 'Releases a hold when the work was not done.';

export const balanceDescription =
  'Shows the prepaid balance of an agent: what is available, held, granted and drawn.';
