import { apiKeys } from './steps/api-keys.ts';
import { operation } from './steps/operation.ts';
import { services } from './steps/services.ts';
import { usageAndBilling } from './steps/usage-and-billing.ts';
import { webhooks } from './steps/webhooks.ts';

export { number, type Step, text } from './steps/step.ts';

/** Everything that AgentPay documents, section by section. */
export const sections = {
  services,
  'usage and billing': usageAndBilling,
  operation,
  webhooks,
  'API keys': apiKeys,
};
