import Type from 'typebox';
import { explained } from './explained-pattern.ts';
import { Requests } from './identifiers.ts';

const digits = '(?:0|[1-9][0-9]{0,11})(?:\\.[0-9]{1,6})?';
const shownDigits = '(?:0|[1-9][0-9]{0,15})(?:\\.[0-9]{1,6})?';

/** How much was used, in units with decimal places. */
export const Quantity = Type.String({
  description:
    'How many units were consumed, as a decimal string: above 0, at most 10^12, with at most as many places as the `unitScale` of the service.',
  pattern: explained(
    `^(?=.*[1-9])(?:${digits}|10{12}(?:\\.0{1,6})?)$`,
    'must be a decimal string above 0 and at most 10^12 with at most 6 places, such as "12.75"',
  ),
  examples: ['12.75'],
});

/** How much was used, as it is sent: an object that has these members has one of them (`eitherUse`). */
export const sentUse = {
  requests: Type.Optional(
    Type.Integer({
      ...Requests,
      description: 'How many requests (or tokens, or units) were consumed. Or send a `quantity`.',
    }),
  ),
  quantity: Type.Optional(Quantity),
};

/** The rule for an object with the members of `sentUse`. */
export const eitherUse = { 'x-exactly-one': ['requests', 'quantity'] } as const;

/** A number of units with all their decimal places. */
export const ShownQuantity = Type.String({
  description:
    'The same in units, with all decimal places. Only where the service has a `unitScale`; `requests` counts the smallest parts then.',
  pattern: `^-?${shownDigits}$`,
  examples: ['12.750'],
});

export const UnitScale = Type.Integer({
  description:
    'How many decimal places a quantity of the service may have: 0 to 6. It cannot change once usage was recorded.',
  minimum: 0,
  maximum: 6,
  examples: [3],
});
