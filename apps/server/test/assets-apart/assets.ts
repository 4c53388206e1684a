/** With the fewest decimal places, the most, and between. */
export const assets = [
  { code: 'XLM', scale: 7 },
  { code: 'USD', scale: 2 },
  { code: 'JPY', scale: 0 },
  { code: 'POINT', scale: 12 },
] as const;
