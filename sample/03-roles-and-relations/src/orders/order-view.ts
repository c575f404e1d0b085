import type { Order } from './order.entity.js';

/** What is shown of an order: named one by one, so that a new column is not public by itself. */
export function viewOf({ id, status, lines }: Order) {
  const shown = lines
    .toSorted((one, other) => one.id - other.id)
    .map(({ product, quantity, unitPriceCents }) => ({ product, quantity, unitPriceCents }));
  const totalCents = lines.reduce((sum, line) => sum + line.quantity * line.unitPriceCents, 0);
  return { id, status, lines: shown, totalCents };
}
