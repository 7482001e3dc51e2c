import Table from 'cli-table3';

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [upper = 0, lower = 0] = [sorted[middle], sorted[middle - 1]];
  return sorted.length % 2 === 1 ? upper : (upper + lower) / 2;
}

/** Median of the ratios of each round: what disturbs a round disturbs both of its sides. */
export function ratio(values: readonly number[], base: readonly number[]): number {
  return median(values.map((value, round) => value / (base[round] ?? NaN)));
}

export function table(head: string[], rows: string[][]): void {
  const drawn = new Table({ head, style: { head: [], border: [] } });
  drawn.push(...rows);
  console.log(drawn.toString());
}
