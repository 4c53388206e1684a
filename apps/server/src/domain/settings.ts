/** What the operator sets while the server runs. `undefined` is as it was configured at start. */
export interface Settings {
  readonly bulkItemsMax: number | undefined;
  /** for each tenant; 0 is off */
  readonly requestsPerMinuteMax: number | undefined;
}

export const noSettings: Settings = { bulkItemsMax: undefined, requestsPerMinuteMax: undefined };
