import type { Output } from './output.js';

/** How the items of a listing are shown to people. */
export interface ListingColumns<Item> {
  /** None for a listing of one plain column. */
  headings: readonly string[];
  /** Widths of all columns but the last: rows are then printed as they come, and need not be kept. */
  widths?: readonly number[];
  row(item: Item): string[];
  /** For programs; the item itself unless given. */
  value?(item: Item): unknown;
}

/**
 * Prints a listing: a table on a terminal, rows with tabs in a pipe, an object a line as JSON. Only a table waits for
 * all of it, since its columns are as wide as their widest cell, unless their widths are given.
 */
export async function printListing<Item>(
  out: Output,
  items: AsyncIterable<Item> | Iterable<Item>,
  { headings, widths, row, value = item => item }: ListingColumns<Item>,
): Promise<void> {
  const rows: string[][] = [];
  const table = out.tabular && !out.json && headings.length > 0;
  let first = true;
  for await (const item of items) {
    if (out.json) out.record(value(item));
    else if (table && widths) {
      if (first) out.aligned(headings, widths, { heading: true });
      out.aligned(row(item), widths);
    } else if (table) rows.push(row(item));
    else out.row(row(item));
    first = false;
    await out.ready();
  }
  if (rows.length > 0) out.table(headings, rows);
}
