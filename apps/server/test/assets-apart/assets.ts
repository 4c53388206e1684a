/** Assets with the fewest decimal places, with the most, and one between. */
export const assets = [
  { code: 'XLM', scale: 7 },
  { code: 'USD', scale: 2 },
  { code: 'JPY', scale: 0 },
  { code: 'POINT', scale: 12 },
] as const;
