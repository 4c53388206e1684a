/** The settings that the operator changes while the server runs. `undefined` is the value that was configured at start. */
export interface Settings {
  readonly bulkItemsMax: number | undefined;
  /** for each tenant, in a window; 0 is off */
  readonly requestsPerWindowMax: number | undefined;
  /** the window of that limit; `undefined` is a minute */
  readonly rateWindowMs: number | undefined;
}

export const noSettings: Settings = {
  bulkItemsMax: undefined,
  requestsPerWindowMax: undefined,
  rateWindowMs: undefined,
};

/** The window of the rate limit unless the operator sets another one. */
export const rateWindowMsDefault = 60_000;

/** The values of settings that the operator has not set. */
export interface ConfiguredSettings {
  readonly bulkItemsMax: number;
  readonly requestsPerMinuteMax: number;
}

/** The settings in force: set by the operator, otherwise configured. */
export interface SettingsInForce {
  readonly bulkItemsMax: number;
  readonly requestsPerWindowMax: number;
  readonly rateWindowMs: number;
}

export function settingsInForce(settings: Settings, configured: ConfiguredSettings): SettingsInForce {
  return {
    bulkItemsMax: settings.bulkItemsMax ?? configured.bulkItemsMax,
    requestsPerWindowMax: settings.requestsPerWindowMax ?? configured.requestsPerMinuteMax,
    rateWindowMs: settings.rateWindowMs ?? rateWindowMsDefault,
  };
}
