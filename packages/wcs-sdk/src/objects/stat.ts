import type { CallOptions } from '../call-options.js';
import { type ClientContext, callManagement } from '../context.js';
import { checkReference, encodeEntry, type ObjectReference } from '../encoding.js';
import { jsonAnswer } from '../http/answer.js';
import type { AnswerMembers } from '../http/answer-members.js';

/** What the service knows of an object. */
export interface ObjectStat {
  /** The object's key. */
  key: string;
  /** Size in bytes. */
  size: number;
  /** The service's hash: the wcs-etag, for objects that were uploaded in 4 MiB blocks or by form. */
  hash: string;
  /** Stored content type. */
  mimeType: string;
  /** When the object was stored. */
  putTime: Date;
  /** When the object will be removed, as the service writes it; absent if it is kept. */
  expirationDate?: string;
  /** Storage class, such as `Standard`. */
  storageClass?: string;
  /** The service's id of the request. */
  requestId?: string;
  /** The answer as received. */
  raw: Record<string, unknown>;
}

/** `GET /stat/<entry>` (wcs-api §2.5). */
export async function statObject(
  context: ClientContext,
  options: ObjectReference & CallOptions,
): Promise<ObjectStat> {
  const { bucket, key } = options;
  checkReference(options);
  const subject = `${bucket}:${key}`;
  const call = {
    operation: 'stat',
    subject,
    method: 'GET',
    target: `/stat/${encodeEntry(bucket, key)}`,
  } as const;
  const answer = await callManagement(context, call, options);
  const members = jsonAnswer('stat', subject, answer);
  return {
    key,
    ...commonMembers(members),
    ...(answer.requestId ? { requestId: answer.requestId } : {}),
    raw: members,
  };
}

/** The members that stat and list share; stat gives numbers as strings, list as numbers. */
export function commonMembers(members: AnswerMembers): Omit<ObjectStat, 'key' | 'requestId' | 'raw'> {
  return {
    size: Number(members['fsize'] ?? 0),
    hash: String(members['hash'] ?? ''),
    mimeType: String(members['mimeType'] ?? ''),
    putTime: new Date(Number(members['putTime'] ?? Number.NaN)),
    ...(members['expirationDate'] ? { expirationDate: String(members['expirationDate']) } : {}),
    ...(members['storageClass'] ? { storageClass: String(members['storageClass']) } : {}),
  };
}
