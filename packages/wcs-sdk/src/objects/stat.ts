import type { CallOptions } from '../call-options.js';
import { type ClientContext, callManagement } from '../context.js';
import { checkReference, encodeEntry, type ObjectReference } from '../encoding.js';
import type { AnswerMembers } from '../http/answer-members.js';
import type { ReceivedAnswer } from '../http/received-answer.js';
import type { WireResponse } from '../http/transport.js';

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
  /** Where the next piece goes, for an object that can be appended to: its size in bytes. */
  appendPosition?: number;
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
  const call = {
    operation: 'stat',
    subject: `${bucket}:${key}`,
    method: 'GET',
    target: `/stat/${encodeEntry(bucket, key)}`,
  } as const;
  return callManagement(context, call, options, answer => {
    const members = answer.members();
    const appendPosition = appendPositionOf(answer.wire);
    return {
      ...describeObject(answer, key, members),
      ...(appendPosition === undefined ? {} : { appendPosition }),
      ...answer.id,
      raw: members,
    };
  });
}

/** Where the next piece goes, by an answer of stat or append (wcs-api §2.3). */
export function appendPositionOf({ headers }: Pick<WireResponse, 'headers'>): number | undefined {
  const position = headers['x-wcs-next-append-position'];
  return position !== undefined && /^\d+$/.test(position) ? Number(position) : undefined;
}

/** An object in a listing: what stat and list both say of it. */
export type ListedObject = Omit<ObjectStat, 'appendPosition' | 'requestId' | 'raw'>;

/** Reads that. Member by member, since spreading them takes five times as long, and a listing may have millions. */
export function describeObject(answer: ReceivedAnswer, key: string, members: AnswerMembers): ListedObject {
  const { hash, mimeType } = members;
  if (typeof hash !== 'string') throw answer.unusable('no usable hash');
  if (typeof mimeType !== 'string') throw answer.unusable('no usable mimeType');
  const description: ListedObject = {
    key,
    size: answer.size(members, 'fsize'),
    hash,
    mimeType,
    putTime: new Date(answer.size(members, 'putTime')),
  };
  if (members['expirationDate']) description.expirationDate = String(members['expirationDate']);
  if (members['storageClass']) description.storageClass = String(members['storageClass']);
  return description;
}
