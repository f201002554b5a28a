// Losses and durations as people read them.

/** Three significant digits, short: "0.0123", "4.1e-5". */
export function formatLoss(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const [mantissa, exponent] = value.toExponential(2).split('e');
  return value !== 0 && Math.abs(value) < 1e-3
    ? `${Number(mantissa)}e${exponent}`
    : String(Number(value.toPrecision(3)));
}

/** "8 s", "2 min 05 s", "3 h 20 min" */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}
