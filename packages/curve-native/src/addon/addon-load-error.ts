import type { AddonProblem, AddonProblemCode } from './addon-problem.js';

/**
 * What importing this package throws where its addon does not load. `message` says which files were tried, what is
 * wrong with each, and the command that helps.
 *
 * The class cannot be imported by whoever catches it, since the import has failed then: tell it by `name` and `code`.
 *
 * @example
 * ```ts
 * const native = await import('@curve-wcs/curve-native').catch(error => {
 *   if (error.name !== 'AddonLoadError') throw error;
 *   console.error(error.code, error.message);
 * });
 * ```
 */
export class AddonLoadError extends Error {
  /** Always `AddonLoadError`. */
  override readonly name = 'AddonLoadError';
  /** What is in the way: the problem of the first file that was there, or a more general one. */
  readonly code: AddonProblemCode;
  /** Every file that was tried, in that order. */
  readonly problems: readonly AddonProblem[];

  /** @internal */
  constructor(
    code: AddonProblemCode,
    summary: string,
    advice: readonly string[],
    problems: readonly AddonProblem[],
    options?: ErrorOptions,
  ) {
    const tried = problems.map(({ path, message }) => `  ${path}: ${message}`);
    super([`@curve-wcs/curve-native: ${summary}`, ...tried, ...advice].join('\n'), options);
    this.code = code;
    this.problems = problems;
  }
}
