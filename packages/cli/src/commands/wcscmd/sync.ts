import type { WcscmdCommand } from '../../wcscmd/command.js';

export const sync: WcscmdCommand = {
  name: 'sync',
  usage: 'SOURCE TARGET',
  minimum: 2,
  maximum: 2,
  summary: 'make a prefix equal to a folder, or a folder to a prefix',
  details: `One of SOURCE and TARGET is a folder, the other wcs://BUCKET or wcs://BUCKET/PREFIX. Files whose content
differs are transferred; with --delete, what only the target has is deleted in the end, if all else went
well. Files of different sizes differ. Otherwise hashes decide: that of a file is remembered for as long as
its size and times stay the same, and a downloaded file counts as the same while it has the size and the
time of its object. --checksum reads all files anew. --dry-run tells what would be done.

--include and --exclude take globs: with a slash for paths below the folder, without one for names anywhere.
A folder that matches stands for all in it. Files that are left out are neither transferred nor deleted.
Hidden files are taken; symbolic links and special files are passed over.

When it breaks off, the same command goes on where it ended.
`,
  async run(context) {
    const { syncTrees } = await import('../../wcscmd/trees/tree-commands.js');
    await syncTrees(context);
  },
};
