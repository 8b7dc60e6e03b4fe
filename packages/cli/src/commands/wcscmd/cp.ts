import type { WcscmdCommand } from '../../wcscmd/command.js';
import { relocateObject } from '../../wcscmd/relocate-command.js';

export const cp: WcscmdCommand = {
  name: 'cp',
  aliases: ['copy'],
  usage: 'wcs://BUCKET/KEY wcs://BUCKET[/KEY]',
  minimum: 2,
  maximum: 2,
  summary: 'copy an object within the service',
  details: `Without a second KEY the key stays the same.
`,
  run: context => relocateObject(context, 'copy'),
};
