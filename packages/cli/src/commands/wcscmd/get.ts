import type { WcscmdCommand } from '../../wcscmd/command.js';
import { runDownload } from '../../wcscmd/download-command.js';

export const get: WcscmdCommand = {
  name: 'get',
  usage: 'URL|wcs://BUCKET/KEY [NAME]',
  minimum: 1,
  maximum: 2,
  summary: 'download an object',
  details: `URL is the object's public address. wcs://BUCKET/KEY needs get_url in the configuration, the bucket's
download domain. Without NAME the file is called like the end of the URL or key, in the current folder.
NAME may be -, for stdout, or a pipe or device. A file appears when it is whole, in place of any other of its
name; the same command goes on with a download that broke off.

With -r, KEY is a prefix and NAME a folder, by default the current one: all objects below the prefix are
downloaded, except those whose content is there already. wcscmd sync --help says more.
`,
  run: async context => {
    if (!context.options.has('recursive')) return runDownload(context);
    const { getTree } = await import('../../wcscmd/trees/tree-commands.js');
    return getTree(context);
  },
};
