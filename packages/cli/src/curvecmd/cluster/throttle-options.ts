import type { Limit, VolumeLimits } from '@curve-wcs/curve-sdk';
import { usageError } from '../../cli-error.js';
import type { OptionDefinition } from '../../options/option-definition.js';
import type { OptionValues } from '../../options/option-values.js';
import { parseDuration } from '../../options/parse-duration.js';
import { parseSize } from '../../options/parse-size.js';

const OPERATIONS = 'N[:BURST:TIME]';
const BYTES = 'SIZE[:BURST:TIME]';

/** The limits of a volume. */
export const THROTTLE_OPTIONS = [
  { long: 'iops', argument: OPERATIONS, description: 'reads and writes a second; 0 for no limit' },
  { long: 'bps', argument: BYTES, description: 'bytes read and written a second' },
  { long: 'read-iops', argument: OPERATIONS, description: 'reads a second' },
  { long: 'read-bps', argument: BYTES, description: 'bytes read a second' },
  { long: 'write-iops', argument: OPERATIONS, description: 'writes a second' },
  { long: 'write-bps', argument: BYTES, description: 'bytes written a second' },
] as const satisfies readonly OptionDefinition[];

type Name = (typeof THROTTLE_OPTIONS)[number]['long'];

const KINDS: Readonly<Record<Name, keyof VolumeLimits>> = {
  iops: 'iopsTotal',
  bps: 'bpsTotal',
  'read-iops': 'iopsRead',
  'read-bps': 'bpsRead',
  'write-iops': 'iopsWrite',
  'write-bps': 'bpsWrite',
};

/** How a kind of limit is called on the command line. */
export function optionOf(kind: string): string {
  return THROTTLE_OPTIONS.find(({ long }) => KINDS[long] === kind)?.long ?? kind;
}

/** The limits given; undefined if there are none. */
export function throttleLimits(options: OptionValues<Name>): VolumeLimits | undefined {
  const given = THROTTLE_OPTIONS.flatMap(({ long, argument }) => {
    const text = options.text(long);
    return text === undefined ? [] : [[KINDS[long], parseLimit(long, argument, text)] as const];
  });
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

function parseLimit(name: string, form: string, text: string): Limit {
  const [limit, burst, time, ...others] = text.split(':');
  const burstSeconds = time === undefined ? undefined : (parseDuration(time) ?? Number.NaN) / 1000;
  const [usual, more] = [limit, burst].map(one => (one === undefined ? undefined : parseSize(one)));
  const whole =
    burst === undefined ? others.length === 0 : Number.isInteger(burstSeconds) && others.length === 0;
  if (usual === undefined || !whole || (burst !== undefined && more === undefined))
    throw usageError(
      `--${name} must be ${form}, such as 2000 or 2000:6000:10s; it is ${JSON.stringify(text)}`,
    );
  if (more === undefined || burstSeconds === undefined) return usual;
  return { limit: usual, burst: more, burstSeconds };
}
