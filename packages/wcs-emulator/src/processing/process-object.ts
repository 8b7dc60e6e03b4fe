import { ServiceError } from '../http/service-error.js';
import type { JobKind } from '../jobs/job-kind.js';
import { storedResult } from '../jobs/stored-result.js';
import { typeOfKey } from '../operations/content-type.js';
import type { JobItemResult, ObjectName } from '../storage/metadata-store.js';
import { storeObject } from '../storage/store-object.js';
import type { Content } from './content.js';
import { hashContent } from './hash-content.js';
import { parsePipeline, type Stage } from './pipeline.js';
import type { ProcessingTask, Product } from './processor.js';
import { findProcessor } from './processors.js';

/** A job of `POST /fops` (section 2.8), or of the `persistentOps` of an upload: commands on one object. */
export const processObject: JobKind = {
  check(command) {
    const { target } = parsePipeline(command);
    return target ? [target.bucket] : [];
  },

  async run(command, task) {
    const { stages, target } = parsePipeline(command);
    if (!task.input) throw new ServiceError(400, 'the job names no object');
    const found = target && !task.force && (await task.storage.objects.find(target.bucket, target.key));
    // What exists already counts as made, unless it is to be made again.
    if (target && found) return storedResult(task.url, target, found);
    const processing: ProcessingTask = { ...task, input: task.input };
    if (stages.length === 0 && target) return copy(processing, target);
    const object = await task.storage.objects.open(task.input.bucket, task.input.key);
    if (!object) throw new ServiceError(404, `no such object: ${task.input.key}`);
    try {
      const { size, mimeType } = object.record;
      const content: Content = { name: task.input.key, mimeType, size, read: object.read };
      return await pass({ content }, stages, processing, product => keep(product, target, processing));
    } finally {
      await object.release();
    }
  },
};

/** Hands a product from stage to stage. */
async function pass(
  product: Product,
  [stage, ...rest]: readonly Stage[],
  task: ProcessingTask,
  end: (product: Product) => Promise<JobItemResult>,
): Promise<JobItemResult> {
  if (!stage) return end(product);
  const processor = findProcessor(stage.name);
  return processor(stage.parameters, product.content, task, made => pass(made, rest, task, end));
}

/** Stores what came out at the end, under the name that was asked for or that it has of itself. */
async function keep(
  { content, defaultKey, transient = false, more }: Product,
  target: ObjectName | undefined,
  { storage, input, url, now }: ProcessingTask,
): Promise<JobItemResult> {
  const told = more && { more };
  if (!target && transient) return { ...told };
  const store = async (name: ObjectName) => {
    const mimeType = (await typeOfKey(name.key)) ?? content.mimeType;
    const bytes = content.read(0, content.size);
    const record = await storeObject(storage, name, bytes, { mimeType, putTime: now() });
    return { ...storedResult(url, name, record), ...told };
  };
  if (target) return store(target);
  return store({ bucket: input.bucket, key: defaultKey ?? (await hashContent(content)) });
}

async function copy({ storage, input, url }: ProcessingTask, target: ObjectName): Promise<JobItemResult> {
  return storedResult(url, target, await storage.objects.copy(input, target));
}
