/** One thing to time, given as what it digests in one run. */
export interface Contender {
  readonly name: string;
  readonly bytes: number;
  run(): unknown;
}

/** A contender's rate next to its peer's, both taken in the same rounds. */
export interface Figure {
  readonly name: string;
  /** Bytes per second: the median over the rounds. */
  readonly rate: number;
  readonly peer: string;
  readonly peerRate: number;
  /** The median of the rounds' ratios, which what else the machine does disturbs less than the rates. */
  readonly ratio: number;
  /** The ratio aimed at, if there is an aim. */
  readonly aim?: number;
}

/** Which contender is compared with which, and how many of the peer its rate is held against. */
export interface Comparison {
  readonly contender: string;
  readonly peer: string;
  readonly peers?: number;
  readonly aim?: number;
}

/** Runs all contenders in turn, round after round, and compares them. The first round only warms up. */
export async function measure(
  contenders: readonly Contender[],
  comparisons: readonly Comparison[],
  rounds: number,
): Promise<Figure[]> {
  const rates = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const { name, bytes, run } of contenders) {
      const start = performance.now();
      await run();
      const seconds = (performance.now() - start) / 1000;
      if (round > 0) rates.get(name)?.push(bytes / seconds);
    }
  }
  return comparisons.map(({ contender, peer, peers = 1, aim }) => {
    const [own, others] = [ratesOf(contender), ratesOf(peer).map(rate => rate * peers)];
    return {
      name: contender,
      rate: median(own),
      peer: peers === 1 ? peer : `${peers} × ${peer}`,
      peerRate: median(others),
      ratio: median(own.map((rate, round) => rate / (others[round] ?? Number.NaN))),
      ...(aim !== undefined && { aim }),
    };
  });

  function ratesOf(name: string): number[] {
    const found = rates.get(name);
    if (!found) throw new Error(`Nothing called ${name} was measured`);
    return found;
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[sorted.length >> 1] ?? Number.NaN;
  const lower = sorted[(sorted.length - 1) >> 1] ?? Number.NaN;
  return (lower + upper) / 2;
}
