import Type from 'typebox';
import Format from 'typebox/format';
import { bounds } from '../bounds.ts';
import { explained } from './explained-pattern.ts';

/** A moment: RFC 3339 with an offset, at most nine digits of a second, no leap second. */
export const Timestamp = Type.String({
  format: 'date-time',
  pattern: explained(
    '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:[0-5]\\d(?:\\.\\d{1,9})?(?:Z|[+-]\\d\\d:\\d\\d)$',
    'must be an RFC 3339 timestamp with an offset, such as 2026-05-01T12:00:00Z',
  ),
  examples: ['2026-05-01T12:00:00.000Z'],
});

/** A moment that may be absent. */
export const TimestampOrNull = Type.Union([Timestamp, Type.Null()]);

/**
 * A moment in the form of AgentPay, whose clients read a number; a second member, whose name ends with `Timestamp`, has
 * it as RFC 3339.
 */
export const EpochMs = Type.Integer({ description: 'Milliseconds since the epoch, as in AgentPay.' });

const characters = "A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'";

const characterClass = '[A-Za-z0-9._@:/|+~#$!*-]';

// A URL parser reads '.' and '..' as steps of a path, even if they are percent-encoded. '::' is reserved as a separator
// of names.
const identifier = explained(
  `^(?!\\.{1,2}$)(?!.*::)${characterClass}+$`,
  `may contain ${characters}; it is not '.' or '..' and contains no '::'`,
);

// A leading '$' is reserved: the books of the operator are those of '$admin'.
const tenantName = explained(
  `^(?!\\.{1,2}$)(?!\\$)(?!.*::)${characterClass}+$`,
  `may contain ${characters}; it does not begin with '$', is not '.' or '..' and contains no '::'`,
);

export const Agent = Type.String({
  description: `Who consumes: ${characters}; not '.' or '..', no '::'. Percent-encoded in a path.`,
  minLength: 1,
  maxLength: bounds.agentLength,
  pattern: identifier,
  examples: ['agent-7', 'team/7@example.com'],
});

export const ServiceId = Type.String({
  description: `What is consumed: ${characters}; not '.' or '..', no '::'. Percent-encoded in a path.`,
  minLength: 1,
  maxLength: bounds.serviceIdLength,
  pattern: identifier,
  examples: ['input-tokens', 'vendor/model:input'],
});

export const Tenant = Type.String({
  description: `Owner of services, usage and keys: ${characters}; not '.' or '..', no '::', no leading '$'.`,
  minLength: 1,
  maxLength: bounds.tenantLength,
  pattern: tenantName,
  examples: ['acme', 'org:acme'],
});

/** A text to search for in names. Any text is valid: one that no name contains finds nothing. */
const SearchText = Type.String({ maxLength: bounds.searchLength, format: 'storable-text' });

/** The beginning of a service's name. */
export const NamePrefix = Type.String({
  ...SearchText,
  description: 'How the id begins.',
  examples: ['vendor/'],
});

/** Any part of a service's name. */
export const NamePart = Type.String({
  ...SearchText,
  description: 'A part of the id, in upper or lower case.',
  examples: ['tokens'],
});

/** A bound on prices, as a filter: any integer is valid, even one that no price reaches. */
export const PriceBound = Type.Integer({
  description:
    'A price in stroops. It may be written like any number: `1e3`. A value that is not an integer is ignored.',
  minimum: -Number.MAX_SAFE_INTEGER,
  maximum: Number.MAX_SAFE_INTEGER,
  examples: [250],
  'x-ignored-if-invalid': true,
});

const anyName = new RegExp(`^${characterClass}{1,${bounds.agentLength}}$`, 'u');

/** Whether a text can be the position of a cursor in a list of names. */
export function isNameInList(text: string): boolean {
  return anyName.test(text);
}

export const Uuid = Type.String({
  description: 'An id that this server gave.',
  pattern: explained(
    '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
    'must be an id that this server issued: a UUID in lower case',
  ),
  examples: ['019a7f6e-3a60-7c3e-9b1d-0123456789ab'],
});

export const UsageId = Type.String({
  description: `The event's own identity, unique in its tenant for ever: 1-${bounds.usageIdLength} visible ASCII characters.`,
  minLength: 1,
  maxLength: bounds.usageIdLength,
  pattern: explained('^[\\x21-\\x7e]+$', 'may contain visible ASCII characters and no spaces'),
  examples: ['7c2f-000000000042-5d1e'],
});

const metadataName = '[A-Za-z][A-Za-z0-9_.-]{0,39}';

/** What usage was for, in the caller's own words. */
export const UsageMetadata = Type.Record(
  Type.String({ pattern: `^${metadataName}$` }),
  Type.String({ maxLength: bounds.metadataValueLength, format: 'storable-text' }),
  {
    description: `What the usage was for, such as a model: at most ${bounds.metadataMembers} texts of at most ${bounds.metadataValueLength} characters. Names begin with a letter and have at most ${bounds.metadataNameLength} letters, digits and _ . -`,
    maxProperties: bounds.metadataMembers,
    additionalProperties: false,
    examples: [{ model: 'large-2', kind: 'chat' }],
  },
);

/** A member of metadata, as a filter. */
export const MetadataFilter = Type.String({
  description: 'Only entries with this metadata: a name, a colon, and the whole value.',
  maxLength: bounds.metadataNameLength + 1 + bounds.metadataValueLength,
  pattern: explained(`^${metadataName}:[^]*$`, 'must be a name, a colon and a value, such as model:large-2'),
  format: 'storable-text',
  examples: ['model:large-2'],
});

export const Requests = Type.Integer({
  description: 'How many requests (or tokens, or units) were consumed.',
  minimum: 1,
  maximum: bounds.requestsOfItem,
  examples: [374],
});

/** A running count of requests: a safe integer, refused beyond 2^53 - 1. */
export const RequestsTotal = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, examples: [374] });

/** An account's sequence number. */
export const Sequence = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, examples: [42] });

export const PriceStroops = Type.Integer({
  description: 'Price of one request in stroops (10^-7 XLM).',
  minimum: 0,
  maximum: bounds.priceStroops,
  examples: [250],
});

export const Stroops = Type.String({
  description: 'An amount in stroops (10^-7 XLM), as a decimal string.',
  pattern: explained(
    '^(?:0|[1-9][0-9]{0,39})$',
    'must be a whole number of stroops as a decimal string, such as "93500"',
  ),
  examples: ['93500'],
});

/** An amount that may be below 0, for a credit. */
export const SignedStroops = Type.String({
  description: 'An amount in stroops (10^-7 XLM), as a decimal string; below 0 for a credit.',
  pattern: '^(?:0|-?[1-9][0-9]{0,39})$',
  examples: ['-93500'],
});

/** A count of requests that is below 0 where more was reversed than used. */
export const SignedRequests = Type.Integer({
  minimum: -Number.MAX_SAFE_INTEGER,
  maximum: Number.MAX_SAFE_INTEGER,
  examples: [374],
});

Format.Set('storable-text', (text) => text.isWellFormed() && !text.includes('\u0000'));

Format.Set('address-range', (text) => {
  const [address = '', bits, ...rest] = text.split('/');
  const bitsMax = Format.IsIPv4(address) ? 32 : Format.IsIPv6(address) ? 128 : -1;
  return rest.length === 0 && bitsMax > 0 && (bits === undefined || Number(bits) <= bitsMax);
});

/** An IP address, or a range of them in CIDR notation. */
export const AddressRange = Type.String({
  description: 'An IPv4 or IPv6 address, or a range of them in CIDR notation.',
  minLength: 2,
  maxLength: bounds.addressRangeLength,
  pattern: explained(
    '^[0-9A-Fa-f:.]+(?:/\\d{1,3})?$',
    'must be an IP address or a range such as 192.0.2.0/24 or 2001:db8::/32',
  ),
  format: 'address-range',
  examples: ['192.0.2.0/24'],
});

/** Free text that every database takes: without U+0000 and lone surrogates. */
export const FreeText = Type.String({
  maxLength: bounds.freeTextLength,
  format: 'storable-text',
  examples: ['Tokens that a model reads'],
});

/** Why something is taken back or written off. */
export const Reason = Type.String({
  ...FreeText,
  minLength: 1,
  pattern: explained('\\S', 'must not be blank'),
  description: `Why: 1-${bounds.freeTextLength} characters.`,
});

export const EffectiveWithinMs = Type.Integer({
  description: 'The time within which every instance applies a change.',
});

export const IdParams = Type.Object({ id: Uuid });

export const AccountParams = Type.Object({ agent: Agent, serviceId: ServiceId });
