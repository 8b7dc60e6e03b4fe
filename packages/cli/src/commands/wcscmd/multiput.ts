import type { WcscmdCommand } from '../../wcscmd/command.js';
import { runUpload } from '../../wcscmd/upload-command.js';

export const multiput: WcscmdCommand = {
  name: 'multiput',
  usage: 'wcs://BUCKET[/KEY] FILE',
  minimum: 2,
  maximum: 2,
  summary: 'upload a file in blocks, whatever its size',
  details: `As put, but always in parallel blocks (an empty file has none, and goes in one request). The upload's ID
is told at the start; --upload-id ID resumes it. So does the same command for the unchanged file.
Block size, parallel blocks and the folder of the records are settings: block_size, concurrency,
tmp_record_folder.
`,
  run: context => runUpload(context, { name: 'multiput', announce: true, formThreshold: 0 }),
};
