/** Who calls: two users and root. */
export const walkers = ['ann', 'ben', 'root'] as const;
export type Walker = (typeof walkers)[number];

const GiB = 1024 ** 3;

/**
 * One call of a walk. Paths are short: `~` stands for the walk's prefix, so that walks do not meet, and `bin N` for an
 * entry of the recycle bin, whose name no walk can know.
 */
export interface WalkCall {
  user: Walker;
  operation: string;
  path: string;
  /** Where to, for rename; whose, for chown. */
  other?: string;
  /** A length, an offset, a port, a limit: whatever number the operation takes. */
  number?: number;
  /** What else it takes. */
  option?: string;
}

/** The same calls for the same seed, on every machine. */
export function walkCalls(seed: number, count: number): WalkCall[] {
  const random = generator(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;

  const names = ['/~a', '/~b', '/~c', '/~d', '/~e'];
  const nested = ['/~d/~a', '/~d/~b', '/~e/~a', '/~d/~f', '/~d/~f/~a', '/~e/~f'];
  const odd = ['/~a/~x', '/~none/~x', '/~d/', '//~a', '', '~a', '/', '/RecycleBin', '/RecycleBin/~none'];
  const bin = ['bin 0', 'bin 1', 'bin 2', 'bin 3'];
  const path = (): string => {
    const dice = random();
    if (dice < 0.45) return pick(names);
    if (dice < 0.78) return pick(nested);
    if (dice < 0.92) return pick(bin);
    return pick(odd);
  };
  /** Where taking things away would disturb others. */
  const own = (): string => {
    for (;;) {
      const one = path();
      if (one !== '/RecycleBin' && one !== '/') return one;
    }
  };
  const length = () =>
    pick([10, 10, 10, 10, 11, 12, 9, 0, 20 * 1024 + 1]) * GiB + pick([0, 0, 0, 0, 0, 4096]);

  const operations: [number, () => Omit<WalkCall, 'user'>][] = [
    [
      14,
      () => ({
        operation: 'create',
        path: own(),
        number: length(),
        option: pick(['', '', '', '', 'striped', 'half striped', 'no such poolset']),
      }),
    ],
    [
      9,
      () => ({
        operation: 'mkdir',
        path: pick([pick(names), pick(nested), own()]),
        option: pick(['', '', '', 'long']),
      }),
    ],
    [8, () => ({ operation: 'stat', path: path() })],
    [5, () => ({ operation: 'list', path: path() })],
    [5, () => ({ operation: 'usage', path: own() })],
    [9, () => ({ operation: 'delete', path: own() })],
    [2, () => ({ operation: 'purge', path: pick([...bin, own()]) })],
    [
      15,
      () => ({ operation: 'rename', path: own(), other: pick([own(), own(), pick(bin), '/RecycleBin/~z']) }),
    ],
    [3, () => ({ operation: 'rename', ...same(own()) })],
    [6, () => ({ operation: 'recover', path: own(), option: pick(['', '', '0', '1', '2', 'none']) })],
    [5, () => ({ operation: 'extend', path: path(), number: length() })],
    [5, () => ({ operation: 'chown', path: own(), other: pick(['ann', 'ben', 'root', '']) })],
    [
      8,
      () => ({
        operation: 'refresh',
        path: pick([pick(names), pick(names), own()]),
        number: pick([0, 29_001, 29_002]),
      }),
    ],
    [3, () => ({ operation: 'open', path: path() })],
    [
      8,
      () => ({
        operation: 'close',
        path: pick([pick(names), pick(names), own()]),
        number: pick([0, 29_001, 29_002]),
      }),
    ],
    [3, () => ({ operation: 'mounts', path: path() })],
    [
      3,
      () => ({
        operation: 'segment',
        path: path(),
        number: pick([0, 0, 1, 10, 0.5]) * GiB,
        option: pick(['', '', '', 'epoch 0']),
      }),
    ],
    [1, () => ({ operation: 'allocate', path: path(), number: 0, option: pick(['', 'epoch 0']) })],
    [2, () => ({ operation: 'discard', path: path(), number: pick([0, 0, 1, 10, 0.5]) * GiB })],
    [3, () => ({ operation: 'fence', path: own() })],
    [
      3,
      () => ({
        operation: 'throttle',
        path: own(),
        number: pick([0, 77]),
        option: pick(['', 'burst', 'unlimited']),
      }),
    ],
  ];
  const total = operations.reduce((sum, [weight]) => sum + weight, 0);
  return Array.from({ length: count }, () => {
    const user = pick([...walkers, 'ann' as const]);
    const make = chosen(operations, random() * total);
    return { user, ...make() };
  });
}

/** The choice into whose share of all weights a number falls. */
function chosen<T>(choices: readonly [number, T][], number: number): T {
  let rest = number;
  for (const [weight, choice] of choices) {
    rest -= weight;
    if (rest < 0) return choice;
  }
  throw new Error('there is no choice');
}

function same(path: string) {
  return { path, other: path };
}

/** As it is recorded, and printed. */
export function callText({ user, operation, path, other, number, option }: WalkCall): string {
  const rest = [path, other, number, option].filter(one => one !== undefined).map(one => one || "''");
  return [user, operation, ...rest].join(' ');
}

/** Numbers from 0 up to 1 (xorshift32). */
function generator(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}
