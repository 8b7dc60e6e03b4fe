import { join } from 'node:path';
import { ServiceError } from '../http/service-error.js';
import { CommandFields } from '../jobs/command-fields.js';
import { probe } from '../media/media-info.js';
import type { Programs } from '../media/programs.js';
import { runProgram } from '../media/run-program.js';
import { withTemporaryCopy } from '../media/temporary-copy.js';
import { typeOfKey, unknownType } from '../operations/content-type.js';
import { fileContent } from './content.js';
import type { Processor } from './processor.js';

/** Which argument of ffmpeg a parameter of a command becomes, and what values it may have. */
type Translation = Readonly<Record<string, { pattern: RegExp; argument: (value: string) => string[] }>>;

const number = /^\d+(\.\d+)?$/;
const word = /^\w{1,32}$/;
const after = (flag: string) => (value: string) => [flag, value];

/** `avthumb/<format>/…`: another format, size or rate. */
export const convertMedia = converting(
  {
    ab: { pattern: /^\d+k?$/, argument: after('-b:a') },
    vb: { pattern: /^\d+k?$/, argument: after('-b:v') },
    ar: { pattern: number, argument: after('-ar') },
    r: { pattern: number, argument: after('-r') },
    s: { pattern: /^\d+x\d+$/, argument: after('-s') },
    aspect: { pattern: /^\d+:\d+$/, argument: after('-aspect') },
    acodec: { pattern: word, argument: after('-c:a') },
    vcodec: { pattern: word, argument: after('-c:v') },
    ss: { pattern: number, argument: after('-ss') },
    t: { pattern: number, argument: after('-t') },
  },
  [],
);

/** `vframe/<format>/offset/<seconds>…`: a picture of one moment. */
export const takeFrame = converting(
  {
    offset: { pattern: number, argument: after('-ss') },
    w: { pattern: /^\d+$/, argument: width => ['-vf', `scale=${width}:-2`] },
    h: { pattern: /^\d+$/, argument: height => ['-vf', `scale=-2:${height}`] },
  },
  ['-frames:v', '1'],
);

function converting(translation: Translation, always: readonly string[]): Processor {
  return async (parameters, content, { programs, signal }, next) => {
    const [format = '', ...rest] = parameters;
    const args = translate(rest, translation);
    if (!/^\w{1,16}$/.test(format)) throw new ServiceError(400, `not a format: ${format}`);
    const { ffmpeg, folder: parent } = programs;
    if (ffmpeg === undefined)
      throw new ServiceError(501, 'no ffmpeg is configured: see the option of that name');
    const bytes = content.read(0, content.size);
    return withTemporaryCopy({ parent, key: content.name, bytes }, async (input, folder) => {
      const output = join(folder, `output.${format}`);
      const limits = ['-nostdin', '-v', 'error', '-protocol_whitelist', 'file'];
      await runProgram(ffmpeg, [...limits, '-i', input, ...args, ...always, output], { signal });
      const name = `${content.name}.${format}`;
      const mimeType = (await typeOfKey(name)) ?? unknownType;
      return next({
        content: await fileContent(name, output, mimeType),
        more: await describe(output, programs),
      });
    });
  };
}

function translate(pairs: readonly string[], translation: Translation): string[] {
  if (pairs.length === 0) return [];
  const names = Object.keys(translation);
  const fields = new CommandFields(pairs.join('/'), names);
  return names.flatMap(name => {
    const value = fields.plain(name);
    if (value === undefined) return [];
    const { pattern, argument } = translation[name] ?? { pattern: /^$/, argument: () => [] };
    if (!pattern.test(value)) throw new ServiceError(400, `${name} cannot be ${value}`);
    return argument(value);
  });
}

/** What a status tells of a file, as far as ffprobe is there to ask. */
async function describe(file: string, programs: Programs): Promise<Record<string, unknown>> {
  const report = await probe(file, programs).catch(() => undefined);
  const { duration, bit_rate } = report?.format ?? {};
  const picture = report?.streams?.find(stream => stream['width'] !== undefined);
  return {
    ...(duration !== undefined && { duration: Number(duration) }),
    ...(bit_rate !== undefined && { bit_rate: String(bit_rate) }),
    ...(picture && { resolution: `${picture['width']}x${picture['height']}` }),
  };
}
