// The first minute after the month of an instant, in UTC.

export function nextMonth(iso: string): string {
  const at = new Date(iso);
  return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1, 0, 1)).toISOString();
}
