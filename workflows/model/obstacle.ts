/** A plan that cannot be: what stands against it, and what to do. */
export interface Obstacle {
  readonly obstacle: string;
  readonly advice: string;
}
