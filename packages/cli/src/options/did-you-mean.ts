/** A question about the name that was probably meant; undefined if none is near. */
export function didYouMean(given: string, names: readonly string[]): string | undefined {
  const nearest = names
    .map(name => ({
      name,
      distance: given.length > 1 && name.startsWith(given) ? 1 : editDistance(given, name),
    }))
    .filter(({ distance }) => distance <= Math.floor((given.length + 1) / 3))
    .sort((a, b) => a.distance - b.distance)[0];
  return nearest && `did you mean ${nearest.name}?`;
}

/** How many letters must be added, taken away, replaced or swapped with their neighbour to get from `a` to `b`. */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const at = (up: number, left: number) => (up === 0 ? row : rows[i - up])?.[j - left] ?? 0;
      const same = a[i - 1] === b[j - 1];
      let distance = Math.min(at(1, 0) + 1, at(0, 1) + 1, at(1, 1) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        distance = Math.min(distance, at(2, 2) + 1);
      }
      row.push(distance);
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? 0;
}
