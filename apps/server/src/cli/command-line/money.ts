import { formatDecimal } from '../../domain/amount.ts';
import { stroopPlaces } from '../../domain/money.ts';

/** An amount as every command prints it: exactly, without zeros at its end, in its asset. */
export function moneyText(amount: string, asset: string): string {
  let exact = amount;
  while (exact.includes('.') && /[0.]$/.test(exact)) exact = exact.slice(0, -1);
  return `${exact} ${asset}`;
}

/** An amount that the server sends in stroops, in XLM. */
export function xlmText(stroops: string | number | bigint): string {
  return moneyText(formatDecimal(BigInt(stroops), stroopPlaces), 'XLM');
}
