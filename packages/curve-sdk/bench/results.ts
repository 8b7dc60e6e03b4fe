import type { Measured } from './workload.js';

/** What each client made of each workload, in every round, and what it grew by in memory. */
export class Results {
  readonly #runs = new Map<string, Measured[]>();
  /** Bytes, by client. */
  readonly growth = new Map<string, number>();

  add(workload: string, client: string, measured: Measured): void {
    const key = `${workload}/${client}`;
    this.#runs.set(key, [...(this.#runs.get(key) ?? []), measured]);
  }

  /** The medians over the rounds, each figure by itself. */
  of(workload: string, client: string): Measured {
    const runs = this.#all(workload, client);
    const middle = (figure: (run: Measured) => number) => median(runs.map(figure));
    return {
      operations: middle(run => run.operations),
      rate: middle(run => run.rate),
      megabytes: middle(run => run.megabytes),
      p50: middle(run => run.p50),
      p99: middle(run => run.p99),
      p999: middle(run => run.p999),
      cpu: {
        js: middle(run => run.cpu.js),
        io: middle(run => run.cpu.io),
        other: middle(run => run.cpu.other),
      },
      loopDelay: middle(run => run.loopDelay),
    };
  }

  /** The median of what the rounds say of a client next to a peer: noise that both had cancels out. */
  compared(
    workload: string,
    client: string,
    peer: string,
    figure: (own: Measured, peer: Measured) => number,
  ): number {
    const peers = this.#all(workload, peer);
    return median(
      this.#all(workload, client).map((own, round) => {
        const other = peers[round];
        return other ? figure(own, other) : Number.NaN;
      }),
    );
  }

  #all(workload: string, client: string): Measured[] {
    return this.#runs.get(`${workload}/${client}`) ?? [];
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
