import { jsonReply } from '../http/reply.js';
import type { Operation } from '../http/request-context.js';
import type { JobRecord } from '../storage/metadata-store.js';
import { requireLocal } from './require-local.js';

/** How many jobs, and how many commands of each, are told. */
const newestJobs = 50;
const firstItems = 200;

/** `GET /-/control/jobs`: the newest jobs with their commands. */
export const controlJobs: Operation = async context => {
  requireLocal(context);
  const { metadata } = context.storage;
  const all: [id: string, record: JobRecord][] = [];
  for await (const job of metadata.listJobs()) all.push(job);
  const newest = all.sort(([, a], [, b]) => b.createdAt - a.createdAt).slice(0, newestJobs);
  const jobs = await Promise.all(
    newest.map(async ([id, { kind, code, createdAt, notifyUrl }]) => {
      const items = await metadata.listJobItems(id);
      const told = items.slice(0, firstItems).map(({ command, code, error }) => ({ command, code, error }));
      return {
        id,
        kind,
        code,
        createdAt,
        notifies: notifyUrl !== undefined,
        commands: items.length,
        items: told,
      };
    }),
  );
  return jsonReply(200, { jobs });
};
