import type { WcscmdCommand } from '../../wcscmd/command.js';
import { relocateObject } from '../../wcscmd/relocate-command.js';

export const mv: WcscmdCommand = {
  name: 'mv',
  aliases: ['move'],
  usage: 'wcs://BUCKET/KEY wcs://BUCKET[/KEY]',
  minimum: 2,
  maximum: 2,
  summary: 'move or rename an object',
  details: `Without a second KEY the key stays the same. An object that is there already is replaced. An .m3u8 goes alone,
without its .ts files.
`,
  run: context => relocateObject(context, 'move'),
};
