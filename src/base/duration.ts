const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `500ms`, `60s`, `5m`, `2h` or `1d` in milliseconds; undefined when it is none of these or not above zero. */
export function parseDuration(text: string): number | undefined {
  const [, digits, unit] = /^(\d{1,9}) ?(ms|s|m|h|d)$/.exec(text) ?? [];
  if (digits === undefined || unit === undefined) return undefined;
  const ms = Number(digits) * (unitMs[unit] ?? Number.NaN);
  return ms > 0 ? ms : undefined;
}
