import { appendObject } from '../operations/append-object.js';
import { bucketStat } from '../operations/bucket-stat.js';
import { bucketStatistics } from '../operations/bucket-statistics.js';
import { controlDetections, controlLiveRecordings } from '../operations/control-data.js';
import { controlFaults } from '../operations/control-faults.js';
import { controlJobs } from '../operations/control-jobs.js';
import { controlPage } from '../operations/control-page.js';
import { controlRequests } from '../operations/control-requests.js';
import { controlSign } from '../operations/control-sign.js';
import { controlStatus } from '../operations/control-status.js';
import { controlUploads } from '../operations/control-uploads.js';
import { copyObject } from '../operations/copy-object.js';
import { deleteObject } from '../operations/delete-object.js';
import { detectImage } from '../operations/detect-image.js';
import { type DownloadTarget, downloadObject } from '../operations/download-object.js';
import { listBucket } from '../operations/list-bucket.js';
import { listBuckets } from '../operations/list-buckets.js';
import { listLiveRecordings } from '../operations/list-live-recordings.js';
import { makeBlock } from '../operations/make-block.js';
import { makeFile } from '../operations/make-file.js';
import { manageInBackground } from '../operations/manage-in-background.js';
import { managementStatus } from '../operations/management-status.js';
import { moveObject } from '../operations/move-object.js';
import { prefetchObjects } from '../operations/prefetch-objects.js';
import { processInBackground } from '../operations/process-in-background.js';
import { processingStatus } from '../operations/processing-status.js';
import { putChunk } from '../operations/put-chunk.js';
import { setDeadline } from '../operations/set-deadline.js';
import { statObject } from '../operations/stat-object.js';
import { uploadFile } from '../operations/upload-file.js';
import { checkQuery } from '../strictness/check-parameters.js';
import { checkHost } from './check-host.js';
import { isControl } from './control-path.js';
import type { Reply } from './reply.js';
import { header, type Operation, type RequestContext } from './request-context.js';
import { ServiceError } from './service-error.js';

/** What a path on the emulator's own host leads to. */
const routes: readonly { path: RegExp; methods: Readonly<Record<string, Operation>> }[] = [
  { path: /^\/file\/upload\/?$/, methods: { POST: uploadFile } },
  { path: /^\/append\/[^/]+\/?$/, methods: { POST: appendObject } },
  { path: /^\/mkblk\/[^/]+\/[^/]+\/?$/, methods: { POST: makeBlock } },
  { path: /^\/bput\/[^/]+\/[^/]+\/?$/, methods: { POST: putChunk } },
  { path: /^\/mkfile\/[^/]+(\/|$)/, methods: { POST: makeFile } },
  { path: /^\/stat\/[^/]+$/, methods: { GET: statObject } },
  { path: /^\/delete\/[^/]+$/, methods: { POST: deleteObject } },
  { path: /^\/move\/[^/]+\/[^/]+$/, methods: { POST: moveObject } },
  { path: /^\/copy\/[^/]+\/[^/]+$/, methods: { POST: copyObject } },
  { path: /^\/prefetch\/[^/]+$/, methods: { POST: prefetchObjects } },
  { path: /^\/setdeadline$/, methods: { POST: setDeadline } },
  { path: /^\/fops$/, methods: { POST: processInBackground } },
  { path: /^\/status\/get\/prefop$/, methods: { GET: processingStatus } },
  { path: /^\/fmgr\/status$/, methods: { GET: managementStatus } },
  { path: /^\/fmgr\/[^/]+$/, methods: { POST: manageInBackground } },
  { path: /^\/list$/, methods: { GET: listBucket } },
  { path: /^\/bucket\/stat$/, methods: { GET: bucketStat } },
  { path: /^\/bucket\/statistics$/, methods: { GET: bucketStatistics } },
  { path: /^\/bucket\/list$/, methods: { GET: listBuckets } },
  { path: /^\/imageDetect$/, methods: { POST: detectImage } },
  { path: /^\/wslive\/list$/, methods: { GET: listLiveRecordings } },
  { path: /^\/-\/control\/faults$/, methods: controlMethods(controlFaults) },
  { path: /^\/-\/control\/detections$/, methods: controlMethods(controlDetections) },
  { path: /^\/-\/control\/live-recordings$/, methods: controlMethods(controlLiveRecordings) },
  { path: /^\/-\/control\/jobs$/, methods: { GET: controlJobs } },
  { path: /^\/-\/control\/requests$/, methods: { GET: controlRequests } },
  { path: /^\/-\/control\/sign$/, methods: { POST: controlSign } },
  { path: /^\/-\/control\/status$/, methods: { GET: controlStatus } },
  { path: /^\/-\/control\/uploads$/, methods: { GET: controlUploads } },
  { path: /^\/-\/control\/(page\/.*)?$/, methods: { GET: controlPage } },
];

function controlMethods(operation: Operation): Readonly<Record<string, Operation>> {
  return { GET: operation, POST: operation, DELETE: operation };
}

/** Finds who answers a request, and has it answered. */
export async function route(context: RequestContext): Promise<Reply> {
  checkHost(context);
  const download = await downloadTarget(context);
  if (download) return downloadObject(context, download);
  const found = routes.find(({ path }) => path.test(context.path));
  if (!found) throw new ServiceError(404, `${context.path} is not supported by this version`);
  const operation = found.methods[context.method];
  if (!operation) throw new ServiceError(405, `${context.method} is not the method of ${context.path}`);
  if (context.strict && !isControl(context.path)) checkQuery(context.path, context.query);
  return operation(context);
}

/**
 * Downloads have a domain of their own, `<bucket>.localhost`, where any path is a key. Since not every system
 * resolves that name, `/-/<bucket>/<key>` on any other host is the same.
 */
async function downloadTarget(context: RequestContext): Promise<DownloadTarget | undefined> {
  const [, label] = /^([^.]+)\.localhost(?::\d+)?$/i.exec(header(context, 'host') ?? '') ?? [];
  const bucket = label?.toLowerCase();
  if (bucket !== undefined && (await context.storage.metadata.hasBucket(bucket))) {
    return { bucket, encodedKey: context.path.slice(1) };
  }
  if (isControl(context.path)) return undefined;
  const [, prefixed, encodedKey] = /^\/-\/([^/]+)\/(.*)$/.exec(context.path) ?? [];
  return prefixed === undefined || encodedKey === undefined ? undefined : { bucket: prefixed, encodedKey };
}
