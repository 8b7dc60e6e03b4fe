import type { Cluster } from './cluster.js';

/** One line of curve-protocol.md §6. */
export interface Case {
  /** Its number there. */
  readonly number: number;
  /** What is given and done. */
  readonly title: string;
  /**
   * Whether the cluster must be made to fail.
   *
   * @default false
   */
  readonly faults?: boolean;
  /** Milliseconds. */
  readonly timeout?: number;
  run(cluster: Cluster): Promise<void>;
}
