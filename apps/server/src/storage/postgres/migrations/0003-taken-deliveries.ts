/** Until when a delivery is the instance's that sends it: apart from its next attempt, which may be asked for meanwhile. */
export const takenDeliveries = `
ALTER TABLE deliveries ADD COLUMN taken_until_ms bigint NOT NULL DEFAULT 0;
`;
