/** Labels that pawl writes into a release's file, and finds containers by. */
export const LABELS = {
  stack: 'pawl.stack',
  /** `switch`, `slot` or `service` of a release; `edge`. Compose's own containers have none. */
  role: 'pawl.role',
  /** The service of the Compose file: of a slot, the one in whose place it is. */
  service: 'pawl.service',
  slot: 'pawl.slot',
  release: 'pawl.release',
  /** In a release's file: which image the name stands for that pawl has given it. */
  image: 'pawl.image',
  run: 'pawl.run',
  /** Of a drill's scratch places: the key of its run. */
  drill: 'pawl.drill',
} as const;
