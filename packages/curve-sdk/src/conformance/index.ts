import { clientCases } from './cases/client.js';
import { createCases } from './cases/create.js';
import { deleteCases } from './cases/delete.js';
import { directoryCases } from './cases/directories.js';
import { discardCases } from './cases/discard.js';
import { failureCases } from './cases/failures.js';
import { ioCases } from './cases/io.js';
import { openCases } from './cases/open.js';
import { recoverCases } from './cases/recover.js';
import { renameCases } from './cases/rename.js';
import { volumeCases } from './cases/volumes.js';
import { Cluster } from './cluster.js';
import type { ConformanceOptions } from './options.js';

export type { ConformanceClient, ConformanceOptions, FaultDriver, SeenCall, TestRunner } from './options.js';

/** Milliseconds for a case that says nothing else; runners have very different ideas of their own. */
const TIMEOUT = 60_000;

const GROUPS = {
  'clients and clusters': clientCases,
  'creating volumes': createCases,
  'stat and open': openCases,
  'reading and writing': ioCases,
  'failing servers': failureCases,
  'open volumes': volumeCases,
  'deleting volumes': deleteCases,
  'the recycle bin': recoverCases,
  renaming: renameCases,
  'directories and owners': directoryCases,
  'discard and epochs': discardCases,
};

/** A case of the suite. */
export interface ConformanceCase {
  /** Its number in curve-protocol.md §6. */
  readonly number: number;
  /** Whether it needs a fault driver. */
  readonly faults: boolean;
}

/** The cases of the suite, by number. */
export function conformanceCases(): ConformanceCase[] {
  return Object.values(GROUPS)
    .flat()
    .map(({ number, faults = false }) => ({ number, faults }))
    .sort((a, b) => a.number - b.number);
}

/**
 * Registers the 86 conformance cases (curve-protocol.md §6) with a test runner; cases that inject faults only with a
 * fault driver. They work with volumes of names of their own, and remove them.
 *
 * @example
 * ```ts
 * import { curveConformance } from '@curve-wcs/curve-sdk/conformance';
 * import { describe, it } from 'vitest';
 *
 * curveConformance({ config: () => '/etc/curve/client.conf', runner: { describe, it } });
 * ```
 */
export function curveConformance(options: ConformanceOptions): void {
  const { describe, it } = options.runner;
  for (const [group, cases] of Object.entries(GROUPS)) {
    const possible = cases.filter(({ faults }) => faults !== true || options.faults !== undefined);
    if (possible.length === 0) continue;
    describe(group, () => {
      for (const { number, title, timeout = TIMEOUT, run } of possible) {
        const body = async () => {
          const cluster = new Cluster(options, number);
          try {
            await run(cluster);
          } finally {
            await cluster.cleanUp();
          }
        };
        it(`${number}: ${title}`, body, timeout);
      }
    });
  }
}
