import { LinkedAbort, untilAborted } from '../abort.js';
import type { PutPolicyMembers } from '../auth/put-policy.js';
import type { TokenSource } from '../auth/token-provider.js';
import { CallScope } from '../call-options.js';
import { type ClientContext, requireSetting } from '../context.js';
import { checkKey } from '../encoding.js';
import { invalidArgument, WcsError } from '../errors.js';
import { BlockUpload, type UploadTarget } from './block-upload.js';
import { verifiesChunks } from './confirm.js';
import { uploadForm } from './form-upload.js';
import { openSource } from './open-source.js';
import {
  isMimeType,
  LARGEST_FORM,
  planUpload,
  type UploadFromUrlOptions,
  type UploadOptions,
  type UploadPlan,
  type UploadResult,
} from './options.js';
import { FileUploadRecordStore, type UploadRecordStore } from './record-store.js';
import type { RandomSource, SequentialSource } from './source.js';
import { Span } from './span.js';
import { UploadBudget } from './upload-budget.js';
import { uploadTokens } from './upload-tokens.js';
import { checkUrlSource, openUrlSource } from './url-source.js';

/** What a client brings to all its uploads. */
export interface UploadDefaults
  extends Partial<Pick<UploadPlan, 'blockSize' | 'chunkSize' | 'concurrency' | 'trafficLimit'>> {
  /** Of tokens that the client signs itself. */
  policy?: PutPolicyMembers;
  /** Where `resume: true` keeps its records. */
  recordFolder?: string | undefined;
}

/**
 * Uploads a source of any kind: by form when it is small, in blocks when it is not.
 *
 * @param budget - shared with other uploads; it has given a slot to this one already
 */
export async function upload(
  client: ClientContext,
  options: UploadOptions,
  defaults: UploadDefaults,
  budget?: UploadBudget,
): Promise<UploadResult> {
  const open = () => openSource(options.source);
  return uploadOpened(client, options, defaults, open, budget);
}

/** Uploads the content of an address, read while it is uploaded. */
export async function uploadFromUrl(
  client: ClientContext,
  options: UploadFromUrlOptions,
  defaults: UploadDefaults,
): Promise<UploadResult> {
  const { url, sourceHeaders = {}, maxRedirects = 5, ...rest } = options;
  const from = { sourceHeaders, maxRedirects };
  const address = checkUrlSource(url, from);
  return uploadOpened(client, { ...rest, source: [] }, defaults, ({ context, signal }) =>
    openUrlSource({ ...client, retry: context.retry }, address, from, signal),
  );
}

async function uploadOpened(
  client: ClientContext,
  options: UploadOptions,
  defaults: UploadDefaults,
  open: (scope: CallScope) => Promise<RandomSource | SequentialSource>,
  budget?: UploadBudget,
): Promise<UploadResult> {
  using scope = new CallScope(client, 'upload', options);
  const { context } = scope;
  const plan = planUpload(options, defaults);
  plan.signal = scope.signal;
  const uploadUrl = requireSetting(context.uploadUrl, 'uploadUrl', 'upload');
  plan.signal?.throwIfAborted();
  const source = await open(scope);
  try {
    const { key, tokens } = await destination(context, plan, source.fileName);
    // The slot of this upload itself is not in its own budget; in that of many, it was taken for it.
    const slots = budget ?? new UploadBudget(plan.concurrency - 1);
    if (key === undefined) {
      return await uploadForm(
        context,
        withTypeOf(source, plan),
        { key, uploadUrl, tokens },
        await formSource(source, plan),
      );
    }
    const target = { key, uploadUrl, tokens, replacingTokens: () => replacingTokens(context, key, plan) };
    if (source.kind === 'sequential') {
      return await uploadStream(context, withTypeOf(source, plan), target, source, slots);
    }
    if (source.size <= plan.formThreshold || source.size === 0)
      return await uploadForm(context, plan, target, source);
    const store = recordStore(plan, defaults.recordFolder);
    return await new BlockUpload(context, plan, target, source, store, slots).run(undefined);
  } finally {
    await source.close();
  }
}

/** Where an upload goes: to the caller's key, or the one that its token decides, or that of the file's name. */
async function destination(
  context: ClientContext,
  plan: UploadPlan,
  fileName: string | undefined,
): Promise<{ key: string | undefined; tokens: TokenSource }> {
  if (plan.token === undefined) {
    const key = plan.policy?.saveKey === undefined ? (plan.key ?? fileName) : undefined;
    if (key === undefined && plan.policy?.saveKey === undefined) throw missingKey();
    if (key !== undefined) checkKey(key);
    return { key, tokens: uploadTokens(context, 'upload', key, plan) };
  }
  const tokens = uploadTokens(context, 'upload', plan.key ?? fileName, plan);
  const issued = await tokens.get();
  const { bucket } = plan;
  const other =
    (issued.bucket !== undefined && issued.bucket !== bucket) ||
    (issued.key !== undefined && plan.key !== undefined && issued.key !== plan.key);
  if (other) {
    throw new WcsError(
      'INVALID_ARGUMENT',
      `the token is for ${issued.bucket}:${issued.key ?? '…'}, not for ${bucket}:${plan.key ?? '…'}`,
    );
  }
  const key = plan.key ?? issued.key ?? (issued.saveKey ? undefined : fileName);
  if (key === undefined && !issued.saveKey) throw missingKey();
  if (key !== undefined) checkKey(key);
  return { key, tokens };
}

function missingKey(): WcsError {
  return invalidArgument('key', 'given where neither the source nor the token has a name', undefined);
}

/** What goes by form whatever its size, as far as a form may hold it. */
async function formSource(source: RandomSource | SequentialSource, plan: UploadPlan): Promise<RandomSource> {
  const tooLarge = (limit: number) =>
    new WcsError(
      'INVALID_ARGUMENT',
      `a key that the service makes is for forms of up to ${limit} bytes, and the source is larger`,
    );
  if (source.kind === 'random') {
    if (source.size > LARGEST_FORM) throw tooLarge(LARGEST_FORM);
    return source;
  }
  const { formThreshold } = plan;
  if (source.size !== undefined && source.size > formThreshold) throw tooLarge(formThreshold);
  const whole = new Span((source.size ?? formThreshold) + 1, undefined, false);
  const length = await readFirstBlock(source, whole, plan);
  if (length > formThreshold) throw tooLarge(formThreshold);
  return (await openSource(whole.bytes)) as RandomSource;
}

/** A stream goes by form if it ends within its first block. */
async function uploadStream(
  context: ClientContext,
  plan: UploadPlan,
  target: UploadTarget,
  source: SequentialSource,
  budget: UploadBudget,
): Promise<UploadResult> {
  // A byte more than announced, so that the end is seen.
  const room = Math.min(plan.blockSize, (source.size ?? plan.blockSize) + 1);
  const first = new Span(room, plan.verify ? context.checksums : undefined, verifiesChunks(context, plan));
  const length = await readFirstBlock(source, first, plan);
  if (length < plan.blockSize && length <= plan.formThreshold) {
    return uploadForm(context, plan, target, (await openSource(first.bytes)) as RandomSource);
  }
  first.hash();
  return new BlockUpload(context, plan, target, source, undefined, budget).run(first);
}

async function readFirstBlock(source: SequentialSource, first: Span, plan: UploadPlan): Promise<number> {
  using abort = new LinkedAbort(plan.signal);
  return await first.fill(memory => untilAborted(source.fill(memory), abort.signal));
}

/** The plan, with the content type that the source names where the caller names none. */
function withTypeOf(source: RandomSource | SequentialSource, plan: UploadPlan): UploadPlan {
  const mimeType = source.kind === 'sequential' ? source.mimeType : undefined;
  const useful =
    mimeType !== undefined && isMimeType(mimeType) && !/^application\/octet-stream/i.test(mimeType);
  return plan.mimeType === undefined && useful ? { ...plan, mimeType } : plan;
}

/** Tokens that allow to replace the object, where the client makes them itself. */
function replacingTokens(context: ClientContext, key: string, plan: UploadPlan): TokenSource | undefined {
  if (plan.token !== undefined) return undefined;
  return uploadTokens(context, 'upload', key, { ...plan, policy: { ...plan.policy, overwrite: 1 } });
}

function recordStore(plan: UploadPlan, folder: string | undefined): UploadRecordStore | undefined {
  if (!plan.resume) return undefined;
  return plan.resume === true ? new FileUploadRecordStore(folder) : plan.resume;
}
