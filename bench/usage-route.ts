/** The body of a request to record usage, for servers that Billonce is compared with. */
export interface UsageBody {
  readonly agent: string;
  readonly serviceId: string;
  readonly requests: number;
}

/** The schema by which Fastify checks it. */
export const usageSchema = {
  body: {
    type: 'object',
    required: ['agent', 'serviceId', 'requests'],
    properties: {
      agent: { type: 'string', minLength: 1, maxLength: 256 },
      serviceId: { type: 'string', minLength: 1, maxLength: 128 },
      requests: { type: 'integer', minimum: 1, maximum: 1_000_000 },
    },
  },
} as const;
