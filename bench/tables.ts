// What benchmarks share: timing that other work on the machine disturbs least, and Markdown tables.

/** Processor time of the fastest of the runs that fit into half a second, at least three; in milliseconds. */
export function fastest(run: () => void): number {
  for (let i = 0; i < 2; i++) run();
  let best = Number.POSITIVE_INFINITY;
  const end = performance.now() + 500;
  for (let i = 0; i < 3 || performance.now() < end; i++) {
    const start = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}

export const ms = (time: number): string => time.toFixed(time < 10 ? 2 : 1);

export const row = (cells: readonly (string | number)[]): void => console.log(`| ${cells.join(' | ')} |`);

export function header(names: readonly string[]): void {
  row(names);
  row(names.map(() => '---:'));
}
