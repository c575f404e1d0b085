/** What the shop sells, and for how many cents. A price is never taken from a body. */
export const CATALOGUE: ReadonlyMap<string, number> = new Map([
  ['tea', 450],
  ['cup', 1200],
  ['kettle', 3900],
]);
