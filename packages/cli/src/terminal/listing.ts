import type { Output } from './output.js';

/** How the items of a listing are shown to people. */
export interface ListingColumns<Item> {
  /** None for a listing of one plain column. */
  headings: readonly string[];
  row(item: Item): string[];
  /** For programs; the item itself unless given. */
  value?(item: Item): unknown;
}

/**
 * Prints a listing: a table on a terminal, rows with tabs in a pipe, an object a line as JSON. Only a table waits for
 * all of it, since its columns are as wide as their widest cell.
 */
export async function printListing<Item>(
  out: Output,
  items: AsyncIterable<Item> | Iterable<Item>,
  { headings, row, value = item => item }: ListingColumns<Item>,
): Promise<void> {
  const rows: string[][] = [];
  for await (const item of items) {
    if (out.json) out.record(value(item));
    else if (out.tabular && headings.length > 0) rows.push(row(item));
    else out.row(row(item));
    await out.ready();
  }
  if (rows.length > 0) out.table(headings, rows);
}
