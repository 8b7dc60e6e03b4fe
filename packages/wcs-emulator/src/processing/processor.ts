/*
 * How to add a command of `/fops`: implement `Processor` in a file of this folder, and give it its name in
 * `processors.ts`.
 */
import type { JobTask } from '../jobs/job-kind.js';
import type { ObjectName } from '../storage/metadata-store.js';
import type { Content } from './content.js';

/** What a command makes. */
export interface Product {
  content: Content;
  /** The key that the content gets when nobody names one; without it, its hash. */
  defaultKey?: string;
  /** Whether the content is stored only where somebody names a key, because the status tells all of it. */
  transient?: boolean;
  /** Further members of the item in a status answer. */
  more?: Record<string, unknown>;
}

/**
 * Carries out one command of a pipeline.
 *
 * @param parameters - what follows the command's name, between slashes
 * @param content - what the object is, or the command before made
 * @param next - takes what this command makes, which need exist only until it is done
 * @throws ServiceError when the command makes no sense, or cannot be done with the content
 */
export type Processor = <T>(
  parameters: readonly string[],
  content: Content,
  task: ProcessingTask,
  next: (product: Product) => Promise<T>,
) => Promise<T>;

/** What a command gets to work with. */
export interface ProcessingTask extends JobTask {
  /** The object that the pipeline began with. */
  input: ObjectName;
}
