/** Something that whoever runs the server should know of. */
export interface NbdProblem {
  /** The export it is about, if it is about one. */
  readonly export?: string;
  /** What went wrong, in a line. */
  readonly message: string;
  /** The failure underneath. */
  readonly error?: unknown;
}

/** Tells of problems, of each only once: a cluster that is full would else be told with every write. */
export class Problems {
  readonly #told = new Set<string>();
  readonly #tell: (problem: NbdProblem) => void;

  constructor(tell: (problem: NbdProblem) => void) {
    this.#tell = tell;
  }

  /** @param kind - what tells it from other problems */
  tell(kind: string, problem: NbdProblem): void {
    const key = `${problem.export ?? ''}\n${kind}`;
    if (this.#told.has(key)) return;
    // Hostile clients must not make it grow for ever.
    if (this.#told.size < 1000) this.#told.add(key);
    this.#tell(problem);
  }
}
