import { withClient } from '../../curvecmd/connect.js';
import { curveCommand } from '../../curvecmd/curve-command.js';
import { printListing } from '../../terminal/listing.js';

export const poolsets = curveCommand({
  name: 'poolsets',
  usage: '',
  minimum: 0,
  maximum: 0,
  summary: 'list the groups of disks that volumes can be put on',
  details: '',
  options: [],
  examples: ['poolsets'],
  async run(context) {
    const found = await withClient(context, (client, call) => client.poolsets(call));
    await printListing(context.out, found, {
      headings: ['id', 'type', 'name', 'description'],
      row: ({ id, type, name, description }) => [String(id), type, name, description],
    });
  },
});
