import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CliError, usageError } from '../../cli-error.js';
import { withClient } from '../../curvecmd/connect.js';
import { curveCommand } from '../../curvecmd/curve-command.js';
import { ExitCode } from '../../exit-code.js';
import { printListing } from '../../terminal/listing.js';

export const map = curveCommand({
  name: 'map',
  usage: 'VOLUME',
  minimum: 1,
  maximum: 1,
  summary: 'show which segments are allocated, and on which chunkservers',
  details: `A picture on a terminal: the volume from left to right, and below it what each chunkserver holds of it. In
pipes a row for each segment: number, offset, length, allocated or not, and its chunkservers.
`,
  options: [{ long: 'svg', argument: 'FILE', description: 'write the picture as an SVG image' }],
  examples: ['map /vol1', 'map /vol1 --svg vol1.svg', 'map /vol1 --json'],
  async run(context) {
    const { io, out, options, operands } = context;
    const [path = ''] = operands;
    const svg = options.text('svg');
    if (svg !== undefined && out.json)
      throw usageError('--svg and --json are two forms of the map: choose one');
    await withClient(context, async (client, call) => {
      if (svg !== undefined || (out.tabular && !out.json)) {
        const { VolumeMapBuilder } = await import('../../curvecmd/map/volume-map.js');
        const { cellsFor, drawMap } = await import('../../curvecmd/map/terminal-map.js');
        const { SVG_CELLS, svgMap } = await import('../../curvecmd/map/svg-map.js');
        const columns = io.stdout.columns ?? 80;
        const info = await client.stat(path, call);
        const builder = new VolumeMapBuilder(info, svg === undefined ? cellsFor(columns) : SVG_CELLS);
        for await (const segment of client.segments(path, call)) builder.add(segment);
        if (svg === undefined) {
          out.text(`${drawMap(builder.build(), columns, out.colors).join('\n')}\n`);
        } else {
          await writeImage(resolve(io.cwd, svg), svgMap(builder.build()));
          out.notice(`${svg} is written`);
        }
        return;
      }
      await printListing(out, client.segments(path, call), {
        headings: [],
        row: ({ index, offset, length, allocated, chunks }) => {
          const holders = new Set(chunks.flatMap(chunk => chunk.chunkservers.map(({ address }) => address)));
          return [
            String(index),
            String(offset),
            String(length),
            allocated ? 'allocated' : 'free',
            [...holders].sort().join(','),
          ];
        },
      });
    });
  },
});

async function writeImage(path: string, text: string): Promise<void> {
  await writeFile(path, text).catch(error => {
    throw new CliError(ExitCode.failed, `cannot write ${path}: ${error.message}`, { cause: error });
  });
}
