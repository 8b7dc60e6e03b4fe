import { usageError } from '../../cli-error.js';
import { POOLSET, STRIPE_COUNT, STRIPE_UNIT } from '../../curvecmd/common-options.js';
import { curveCommand } from '../../curvecmd/curve-command.js';
import { TRANSFER_OPTIONS } from '../../curvecmd/transfer/transfer-options.js';

const CREATING = ['size', 'stripe-unit', 'stripe-count', 'poolset'] as const;

export const importImage = curveCommand({
  name: 'import',
  usage: 'FILE VOLUME',
  minimum: 2,
  maximum: 2,
  summary: 'copy an image into a volume',
  details: `FILE may be - for stdin. Zeros are not written where the volume has no space yet. --resume goes on with a file
whose import was broken off; how far it was is kept in $XDG_STATE_HOME/curve-wcs (~/.local/state/curve-wcs).
`,
  options: [
    { long: 'create', description: 'create the volume first' },
    {
      long: 'size',
      argument: 'SIZE',
      description: 'bytes of the new volume; default those of FILE, at least 10G',
    },
    STRIPE_UNIT,
    STRIPE_COUNT,
    POOLSET,
    ...TRANSFER_OPTIONS,
  ],
  examples: [
    'import disk.img /vol1',
    'import disk.img /vol1 --create --size 20G',
    'import disk.img /vol1 --resume',
    'import - /vol1 < disk.img',
  ],
  async run(context) {
    const { options, operands } = context;
    const [file] = operands;
    if (!options.has('create')) {
      const idle = CREATING.find(name => options.has(name));
      if (idle) throw usageError(`--${idle} goes with --create`);
    } else {
      if (options.has('resume')) throw usageError('a volume that is created now has nothing to resume');
      if (file === '-' && !options.has('size'))
        throw usageError('a volume for stdin needs a size: --size SIZE');
    }
    if (file === '-' && options.has('resume')) throw usageError('an import from stdin cannot be resumed');
    const { importVolume } = await import('../../curvecmd/transfer/import-volume.js');
    await importVolume(context);
  },
});
