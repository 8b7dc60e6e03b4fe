/** A name as brpc's variables have it: words in small letters, joined by underscores. */
export function underscored(name: string): string {
  return name
    .replace(/(?<=[^A-Z_])(?=[A-Z])/g, '_')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_');
}
