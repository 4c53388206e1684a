import { moneyOf, moneyText, quantityText } from './amount.ts';

/** Whose usage a limit counts, and in which windows. */
export interface Counting {
  readonly agent: string | null;
  readonly serviceId: string | null;
  readonly apiKeyPrefix: string | null;
}

export const windowText = {
  minute: 'a minute',
  hour: 'an hour',
  day: 'a day',
  month: 'a month',
  lifetime: 'ever',
} as const;

/** What a limit counts, in words. */
export function countsText({ agent, serviceId, apiKeyPrefix }: Counting): string {
  const who =
    agent === null ? 'all agents together' : agent === '*' ? 'each agent separately' : `only ${agent}`;
  const what = serviceId === null ? 'all services' : serviceId;
  return `${who}, ${what}${apiKeyPrefix === null ? '' : `, key ${apiKeyPrefix}`}`;
}

/** Whether a limit counts usage of an agent. */
export function countsUsageOf({ agent }: Pick<Counting, 'agent'>, name: string): boolean {
  return agent === null || agent === '*' || agent === name;
}

/** The levels that a person typed as percent, such as `80, 100`, as parts of the maximum; `undefined` if they are not levels. */
export function levelsOf(text: string): readonly number[] | undefined {
  const words = text.split(/[\s,;%]+/).filter((word) => word !== '');
  if (words.length > 5 || words.some((word) => !/^\d{1,3}(?:\.\d)?$/.test(word))) return undefined;
  // Whole thousandths first: 0.1 % of a decimal text is exact so.
  const thousandths = words.map((word) => Math.round(Number(word) * 10));
  if (thousandths.some((level) => level < 1 || level > 1_000)) return undefined;
  return thousandths.map((level) => level / 1_000);
}

/** Whether a person typed a maximum that the API takes: above 0, with at most six decimals. */
export function isQuantity(text: string): boolean {
  return /^(?:0|[1-9]\d{0,17})(?:\.\d{1,6})?$/.test(text) && /[1-9]/.test(text);
}

/** The maximum of a limit as text: of units, or of money. */
export function maxText({ quantity, amount, asset }: Max): string {
  if (quantity !== undefined) return quantityText(quantity);
  return amount === undefined || asset === undefined ? '' : moneyText(moneyOf(amount, asset));
}

interface Max {
  readonly quantity?: string | undefined;
  readonly amount?: string | undefined;
  readonly asset?: string | undefined;
}
