import { ServiceError } from '../http/service-error.js';
import { parseEntry } from '../operations/object-entry.js';
import type { ObjectName } from '../storage/metadata-store.js';

/** One command of a pipeline, such as `vframe/jpg/offset/1`. */
export interface Stage {
  name: string;
  /** What follows the name, between slashes. */
  parameters: readonly string[];
}

/** Commands that pass on what they make, and where the last one's result goes. */
export interface Pipeline {
  stages: readonly Stage[];
  /** Nothing when the command does not say. */
  target: ObjectName | undefined;
}

/**
 * Reads `command|command|…|saveas/<entry>` (section 2.8).
 *
 * @throws ServiceError 400 when a stage is empty, or `saveas` does not name an object at the end
 */
export function parsePipeline(command: string): Pipeline {
  const stages = command.split('|').map(parseStage);
  const last = stages.at(-1);
  const target = last?.name === 'saveas' ? parseEntry(last.parameters.join('/')) : undefined;
  const rest = target ? stages.slice(0, -1) : stages;
  if (rest.some(({ name }) => name === 'saveas'))
    throw new ServiceError(400, 'saveas is the end of a command');
  return { stages: rest, target };
}

function parseStage(text: string): Stage {
  const [name = '', ...parameters] = text.trim().split('/');
  if (name === '') throw new ServiceError(400, 'a command is empty');
  return { name, parameters };
}
