import type { NbdExport } from '../export.js';

/** The exports of a server by name. */
export class Catalog {
  readonly #byName = new Map<string, NbdExport>();

  constructor(exports: readonly NbdExport[]) {
    for (const one of exports) this.#byName.set(one.name, one);
  }

  /** All of them. */
  get all(): readonly NbdExport[] {
    return [...this.#byName.values()];
  }

  /**
   * What a client asks for: a slash before the name does not matter, since the paths in URIs begin with one. Without a
   * name it is the only one.
   */
  find(name: string): NbdExport | undefined {
    if (name === '') return this.#byName.size === 1 ? this.all[0] : this.#byName.get('');
    return this.#byName.get(name) ?? this.#byName.get(name.replace(/^\/+/, ''));
  }
}
