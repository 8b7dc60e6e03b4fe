import type { Stripe } from '@curve-wcs/curve-sdk';
import { usageError } from '../cli-error.js';
import type { OptionValues } from '../options/option-values.js';

/** Reads `--stripe-unit` and `--stripe-count`, which go together. */
export function stripeOf(options: OptionValues<'stripe-unit' | 'stripe-count'>): Stripe | undefined {
  const unit = options.size('stripe-unit');
  const count = options.wholeNumber('stripe-count', 1, 65_536);
  if (unit === undefined && count === undefined) return undefined;
  if (unit === undefined || count === undefined) {
    throw usageError('--stripe-unit and --stripe-count go together');
  }
  return { unit, count };
}
