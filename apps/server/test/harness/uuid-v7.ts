/** A UUIDv7 of a moment; `number` tells those of one moment apart. */
export function uuidV7At(timeMs: number, number = 0): string {
  const time = timeMs.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${number.toString(16).padStart(12, '0')}`;
}
