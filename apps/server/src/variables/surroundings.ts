import type { VariableGroup } from './variable.ts';

const dayMs = 86_400_000;
const samplers = [
  'always_on',
  'parentbased_always_on',
  'always_off',
  'parentbased_always_off',
  'traceidratio',
  'parentbased_traceidratio',
] as const;

/** Webhooks, the audit, browsers, encryption, the log and traces. */
export const surroundingVariables = {
  WEBHOOK_ALLOW_HTTP: {
    kind: 'flag',
    default: false,
    text: 'Whether webhooks may use http:// URLs, which are sent without encryption. Addresses that are not public are still refused.',
  },
  WEBHOOK_ALLOW_PRIVATE_TARGETS: {
    kind: 'flag',
    default: false,
    text: 'Whether webhooks may point to addresses that are not public, also over http.',
  },
  WEBHOOK_TIMEOUT_MS: {
    kind: 'integer',
    default: 15_000,
    min: 100,
    max: 60_000,
    text: 'How many milliseconds an attempt to deliver to a webhook may take, from the lookup of the name to the end of the answer.',
  },
  WEBHOOK_OWNERSHIP_PROOF: {
    kind: 'flag',
    default: false,
    text: 'Whether the receiver of a webhook has to echo a challenge before events are delivered to it. It applies to webhooks that are created, or get another URL, while it is true.',
  },
  AUDIT_EVERY_MS: {
    kind: 'integer',
    default: 3_600_000,
    min: 1_000,
    max: 30 * dayMs,
    text: 'Milliseconds after which the books of a tenant are audited again. Instances on one PostgreSQL share the work.',
  },
  CORS_ALLOWED_ORIGINS: {
    kind: 'list',
    form: 'an origin like https://app.example',
    text: 'Origins whose pages may call the API.',
  },
  COMPRESSION: {
    kind: 'word',
    default: 'off',
    words: ['on', 'off'],
    text: 'Whether answers are sent as gzip to clients that accept it. A proxy can do this instead.',
  },
  COMPRESSION_THRESHOLD_BYTES: {
    kind: 'integer',
    default: 1_024,
    min: 1,
    max: 1024 ** 2,
    text: 'The smallest answer, in bytes, that is compressed.',
  },
  ANSWER_ENCRYPTION_KEYS: {
    kind: 'list',
    form: 'an id (1 to 32 of A-Z a-z 0-9 . _ -), a colon and 64 hexadecimal digits',
    isSecret: true,
    text: 'Keys that encrypt stored answers and the secrets of webhooks. The first one encrypts, all of them decrypt. Each id must be unique. The server derives a separate key for each encrypted text, so a key may encrypt any number of answers.',
  },
  LOG_LEVEL: {
    kind: 'word',
    default: 'info',
    words: ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
    text: 'With debug or trace, the log has a line for each request.',
  },
  LOG_FORMAT: {
    kind: 'word',
    default: '',
    words: ['', 'text', 'json'],
    text: 'If it is not set, the log is text on a terminal and JSON elsewhere.',
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    kind: 'text',
    default: '',
    form: 'http://HOST:PORT or https://HOST:PORT, with a path or without',
    isSecret: true,
    text: "The endpoint for traces, in OpenTelemetry's own variables. Traces are on if an endpoint or the exporter is set. Spans are sent over OTLP/HTTP in JSON, to the path v1/traces of this endpoint.",
  },
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: {
    kind: 'text',
    default: '',
    form: 'http://HOST:PORT or https://HOST:PORT, with a path or without',
    isSecret: true,
    text: 'The whole URL for spans.',
  },
  OTEL_TRACES_EXPORTER: {
    kind: 'word',
    default: '',
    words: ['', 'otlp', 'none'],
    text: 'otlp without an endpoint sends to http://localhost:4318.',
  },
  OTEL_EXPORTER_OTLP_HEADERS: {
    kind: 'list',
    form: 'a name, = and a value in percent-encoding',
    isSecret: true,
    text: 'Headers for the collector.',
  },
  OTEL_EXPORTER_OTLP_PROTOCOL: {
    kind: 'word',
    default: 'http/json',
    words: ['http/json'],
    text: 'The only protocol.',
  },
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: {
    kind: 'word',
    default: 'http/json',
    words: ['http/json'],
    text: 'The only protocol.',
  },
  OTEL_SERVICE_NAME: {
    kind: 'text',
    default: 'billonce',
    form: 'a name',
    text: 'The name of the service in spans.',
  },
  OTEL_TRACES_SAMPLER: {
    kind: 'word',
    default: 'parentbased_always_on',
    words: samplers,
    text: 'Which requests are traced.',
  },
  OTEL_TRACES_SAMPLER_ARG: {
    kind: 'text',
    default: '1',
    form: 'a number from 0 to 1',
    text: 'The part of requests that the samplers traceidratio and parentbased_traceidratio trace.',
  },
  OTEL_SDK_DISABLED: {
    kind: 'flag',
    default: false,
    text: 'true turns traces off, even if an endpoint is set.',
  },
} as const satisfies VariableGroup;
