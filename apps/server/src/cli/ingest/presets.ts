import type { Preset } from './preset.ts';

/**
 * The published traces of Azure end without a line break, and are from 2023: the server accepts no event that old, so
 * their time is not sent as `occurredAt`.
 */
const azureLlm: Preset = {
  format: 'csv',
  counts: [
    { service: 'input-tokens', columns: ['ContextTokens'] },
    { service: 'output-tokens', columns: ['GeneratedTokens'] },
  ],
  agentsDefault: 1,
  takesLastLine: true,
  isPlaceStable: true,
};

/**
 * The CSV of OpenRouter's activity page, and `GET /api/v1/generation` (openrouter.ai/docs/api). Cached and reasoning
 * tokens are parts of `tokens_prompt` and `tokens_completion`, so they are not separate items.
 */
const openrouter: Preset = {
  counts: [
    { service: 'input-tokens', columns: ['tokens_prompt'] },
    { service: 'output-tokens', columns: ['tokens_completion'] },
  ],
  model: ['model_permaslug', 'model'],
  agent: ['user', 'external_user', 'api_key_name'],
  occurredAt: ['created_at'],
  id: [['generation_id', 'id']],
};

/**
 * OpenAI's usage export, and `GET /v1/organization/usage/completions` (platform.openai.com/docs/api-reference/usage):
 * sums of a time bucket, so the grouping identifies a row. `input_tokens` includes the cached ones. The `n_…` names are
 * those of the older `GET /v1/usage`.
 */
const openai: Preset = {
  rows: 'data.results',
  counts: [
    { service: 'input-tokens', columns: ['input_tokens', 'n_context_tokens_total'] },
    { service: 'output-tokens', columns: ['output_tokens', 'n_generated_tokens_total'] },
  ],
  model: ['model', 'snapshot_id'],
  agent: ['user_id', 'project_id', 'api_key_id', 'organization_id'],
  occurredAt: ['start_time', 'aggregation_timestamp'],
  id: [
    ['start_time', 'aggregation_timestamp'],
    ['end_time'],
    ['organization_id'],
    ['project_id'],
    ['user_id'],
    ['api_key_id'],
    ['model', 'snapshot_id'],
    ['batch'],
    ['service_tier'],
    ['operation'],
  ],
  skipsMissing: true,
};

/**
 * The CSV of Anthropic's console, and `GET /v1/organizations/usage_report/messages` (docs.anthropic.com, Usage and Cost
 * API): sums of a day or bucket. The five kinds of tokens do not overlap.
 */
const anthropic: Preset = {
  rows: 'data.results',
  counts: [
    { service: 'input-tokens', columns: ['usage_input_tokens_no_cache', 'uncached_input_tokens'] },
    {
      service: 'cache-write-5m-tokens',
      columns: [
        'usage_input_tokens_cache_write_5m',
        'cache_creation.ephemeral_5m_input_tokens',
        'usage_input_tokens_cache_write',
      ],
    },
    {
      service: 'cache-write-1h-tokens',
      columns: ['usage_input_tokens_cache_write_1h', 'cache_creation.ephemeral_1h_input_tokens'],
    },
    { service: 'cache-read-tokens', columns: ['usage_input_tokens_cache_read', 'cache_read_input_tokens'] },
    { service: 'output-tokens', columns: ['usage_output_tokens', 'output_tokens'] },
  ],
  model: ['model_version', 'model'],
  agent: ['api_key', 'api_key_id', 'workspace', 'workspace_id'],
  occurredAt: ['usage_date_utc', 'starting_at'],
  timezone: 'UTC',
  id: [
    ['usage_date_utc', 'starting_at'],
    ['ending_at'],
    ['model_version', 'model'],
    ['api_key', 'api_key_id'],
    ['workspace', 'workspace_id'],
    ['usage_type', 'service_tier'],
    ['context_window'],
    ['inference_geo'],
    ['speed'],
  ],
  skipsMissing: true,
};

/** Rows of LiteLLM's table `LiteLLM_SpendLogs` (schema.prisma), from `GET /spend/logs` or from a dump. */
const litellm: Preset = {
  counts: [
    { service: 'input-tokens', columns: ['prompt_tokens'] },
    { service: 'output-tokens', columns: ['completion_tokens'] },
  ],
  model: ['model'],
  agent: ['end_user', 'user', 'team_id', 'api_key'],
  occurredAt: ['startTime', 'start_time'],
  id: [['request_id']],
};

/**
 * The usage CSV of Cursor's dashboard. The four kinds of tokens do not overlap (their sum is `Total Tokens`). A row has
 * no id; its time is exact to the millisecond.
 */
const cursor: Preset = {
  format: 'csv',
  counts: [
    { service: 'input-tokens', columns: ['Input (w/o Cache Write)'] },
    { service: 'cache-write-tokens', columns: ['Input (w/ Cache Write)'] },
    { service: 'cache-read-tokens', columns: ['Cache Read'] },
    { service: 'output-tokens', columns: ['Output Tokens'] },
  ],
  model: ['Model'],
  agent: ['User'],
  occurredAt: ['Date'],
  id: [
    ['Date'],
    ['User'],
    ['Cloud Agent ID'],
    ['Automation ID'],
    ['Kind'],
    ['Model'],
    ['Input (w/ Cache Write)'],
    ['Input (w/o Cache Write)'],
    ['Cache Read'],
    ['Output Tokens'],
  ],
  skipsMissing: true,
};

/**
 * Claude Code's transcripts (`~/.claude/projects/…/*.jsonl`). One answer of the model is several lines with the same
 * `message.id` and `requestId`: one for each block of it, the earlier ones with fewer `output_tokens`, and copies in
 * the files of sessions that were continued.
 */
const claudeCode: Preset = {
  format: 'jsonl',
  counts: [
    { service: 'input-tokens', columns: ['message.usage.input_tokens'] },
    { service: 'cache-write-tokens', columns: ['message.usage.cache_creation_input_tokens'] },
    { service: 'cache-read-tokens', columns: ['message.usage.cache_read_input_tokens'] },
    { service: 'output-tokens', columns: ['message.usage.output_tokens'] },
  ],
  model: ['message.model'],
  occurredAt: ['timestamp'],
  id: [['message.id'], ['requestId']],
  takesLastOfId: true,
  skipsMissing: true,
};

/**
 * AWS Cost and Usage Reports, in the names of both versions (docs.aws.amazon.com/cur/latest/userguide). Only usage line
 * items have a meaningful usage amount.
 */
const awsCur: Preset = {
  format: 'csv',
  counts: [{ service: 'usage', columns: ['lineItem/UsageAmount', 'line_item_usage_amount'] }],
  service: [
    ['lineItem/ProductCode', 'line_item_product_code'],
    ['lineItem/UsageType', 'line_item_usage_type'],
  ],
  agent: ['lineItem/UsageAccountId', 'line_item_usage_account_id'],
  occurredAt: ['lineItem/UsageStartDate', 'line_item_usage_start_date'],
  id: [
    ['identity/LineItemId', 'identity_line_item_id'],
    ['identity/TimeInterval', 'identity_time_interval'],
  ],
  only: {
    columns: ['lineItem/LineItemType', 'line_item_line_item_type'],
    values: ['Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage'],
    takesMissing: false,
  },
};

/**
 * Traces that the OpenTelemetry collector writes as JSON lines (OTLP/JSON), by the GenAI semantic conventions
 * (opentelemetry.io/docs/specs/semconv/gen-ai). A span of an agent may repeat the sums of the calls in it, so only calls
 * of a model count. `prompt_tokens` and `completion_tokens` are the older names.
 */
const otlpGenai: Preset = {
  format: 'jsonl',
  rows: 'resourceSpans.scopeSpans.spans',
  counts: [
    {
      service: 'input-tokens',
      columns: ['attributes.gen_ai.usage.input_tokens', 'attributes.gen_ai.usage.prompt_tokens'],
    },
    {
      service: 'output-tokens',
      columns: ['attributes.gen_ai.usage.output_tokens', 'attributes.gen_ai.usage.completion_tokens'],
    },
  ],
  model: ['attributes.gen_ai.response.model', 'attributes.gen_ai.request.model'],
  agent: ['attributes.user.id', 'attributes.enduser.id', 'resource.attributes.service.name'],
  occurredAt: ['startTimeUnixNano'],
  id: [['traceId'], ['spanId']],
  skipsMissing: true,
  only: {
    columns: ['attributes.gen_ai.operation.name'],
    values: ['chat', 'text_completion', 'generate_content', 'embeddings'],
    takesMissing: true,
  },
};

/** The known file formats, by name. */
export const presets: Readonly<Record<string, Preset>> = {
  'azure-llm': azureLlm,
  openrouter,
  openai,
  anthropic,
  litellm,
  cursor,
  'claude-code': claudeCode,
  'aws-cur': awsCur,
  'otlp-genai': otlpGenai,
};
