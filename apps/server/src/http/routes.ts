import type { Desk } from './desk.ts';
import type { Handlers } from './router.ts';
import { activityRoutes } from './routes/activity.ts';
import { agentsRoutes } from './routes/agents.ts';
import { apiKeysRoutes } from './routes/api-keys.ts';
import { assetsRoutes } from './routes/assets.ts';
import { auditRoutes } from './routes/audit.ts';
import { auditLogRoutes } from './routes/audit-log.ts';
import { balancesRoutes } from './routes/balances.ts';
import { callerRoutes } from './routes/caller.ts';
import { creditsRoutes } from './routes/credits.ts';
import { deliveriesRoutes } from './routes/deliveries.ts';
import { docsRoutes } from './routes/docs.ts';
import { entriesRoutes } from './routes/entries.ts';
import { errorsRoutes } from './routes/errors.ts';
import { eventsRoutes } from './routes/events.ts';
import { healthRoutes } from './routes/health.ts';
import { holdsRoutes } from './routes/holds.ts';
import { idempotencyKeysRoutes } from './routes/idempotency-keys.ts';
import { limitsRoutes } from './routes/limits.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { pauseRoutes } from './routes/pause.ts';
import { quotesRoutes } from './routes/quotes.ts';
import { reconcileRoutes } from './routes/reconcile.ts';
import { reversalsRoutes } from './routes/reversals.ts';
import { servicesRoutes } from './routes/services.ts';
import { settingsRoutes } from './routes/settings.ts';
import { settlementsRoutes } from './routes/settlements.ts';
import { statementsRoutes } from './routes/statements.ts';
import { statsRoutes } from './routes/stats.ts';
import { usageRoutes } from './routes/usage.ts';
import { versionRoutes } from './routes/version.ts';
import { webhooksRoutes } from './routes/webhooks.ts';
import type { UncheckedKeys } from './unchecked-keys.ts';

/** The handlers of all operations: a missing one is an error of types. */
export function allRoutes(desk: Desk, uncheckedKeys: UncheckedKeys): Handlers {
  return {
    ...usageRoutes(desk),
    ...entriesRoutes(desk),
    ...reversalsRoutes(desk),
    ...reconcileRoutes(desk),
    ...quotesRoutes(desk),
    ...settlementsRoutes(desk),
    ...creditsRoutes(desk),
    ...assetsRoutes(desk),
    ...balancesRoutes(desk),
    ...statementsRoutes(desk),
    ...holdsRoutes(desk),
    ...auditRoutes(desk),
    ...servicesRoutes(desk),
    ...agentsRoutes(desk),
    ...limitsRoutes(desk),
    ...webhooksRoutes(desk),
    ...deliveriesRoutes(desk),
    ...eventsRoutes(desk),
    ...apiKeysRoutes(desk, uncheckedKeys),
    ...auditLogRoutes(desk),
    ...pauseRoutes(desk),
    ...settingsRoutes(desk),
    ...metricsRoutes(desk),
    ...statsRoutes(desk),
    ...activityRoutes(desk),
    ...callerRoutes(),
    ...versionRoutes(desk),
    ...idempotencyKeysRoutes(desk),
    ...healthRoutes(desk),
    ...errorsRoutes(),
    ...docsRoutes(desk),
  };
}
