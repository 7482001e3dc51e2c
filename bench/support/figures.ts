import Table from 'cli-table3';

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [upper = 0, lower = 0] = [sorted[middle], sorted[middle - 1]];
  return sorted.length % 2 === 1 ? upper : (upper + lower) / 2;
}

/** Of the ratios of each round: what disturbs a round disturbs both of its sides. */
export function ratio(
  values: readonly number[],
  base: readonly number[],
): { readonly middle: number; readonly least: number; readonly most: number } {
  const ratios = values.map((value, round) => value / (base[round] ?? NaN));
  return { middle: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios) };
}

export function table(head: string[], rows: string[][]): void {
  const drawn = new Table({ head, style: { head: [], border: [] } });
  drawn.push(...rows);
  console.log(drawn.toString());
}
