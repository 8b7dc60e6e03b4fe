import { usageError } from '../../cli-error.js';
import type { WcscmdCommand } from '../../wcscmd/command.js';
import { runUpload } from '../../wcscmd/upload-command.js';

export const put: WcscmdCommand = {
  name: 'put',
  usage: 'wcs://BUCKET[/KEY] FILE',
  minimum: 2,
  maximum: 2,
  summary: 'upload a file',
  details: `Without KEY the object is called like the file, or as --savekey says: the service makes the key of its
template, and it is printed. FILE may be -, for stdin; KEY or --savekey is needed then.
Up to 20 MiB go in one request. What is larger goes in blocks, and is resumed when the same command is
given again for the unchanged file. An object that exists is replaced only with --overwrite 1.

With -r, FILE is a folder and KEY a prefix: all files of the folder are uploaded, except those whose content
is stored already. wcscmd sync --help says which files those are, and what --include and --exclude match.
`,
  run: async context => {
    if (!context.options.has('recursive')) return runUpload(context, { name: 'put', announce: false });
    if (context.options.has('savekey'))
      throw usageError('put -r makes keys of the files, and takes no --savekey');
    const { putTree } = await import('../../wcscmd/trees/tree-commands.js');
    return putTree(context);
  },
};
