/** The window of the rate limit that the operator set, in milliseconds; without one it is a minute. */
export const rateWindow = `
ALTER TABLE settings ADD COLUMN rate_window_ms INTEGER;
`;
