import { urlSafeBase64Encode } from '@curve-wcs/etag';
import type { CallOptions } from '../call-options.js';
import { type ClientContext, callManagement } from '../context.js';
import { checkBucket } from '../encoding.js';
import { invalidArgument } from '../errors.js';
import { jsonAnswer } from '../http/answer.js';
import {
  type AnswerMembers,
  booleanMember,
  numberMember,
  objectMember,
  objectsMember,
  type Present,
  present,
  textMember,
} from '../http/answer-members.js';
import { httpUrl } from '../http/http-url.js';

/** What to look for in an image. */
export type DetectionType = 'porn' | 'terror' | 'political';

/** The member of the answer that tells. */
const DETECTIONS: Record<DetectionType, string> = {
  porn: 'pornDetect',
  terror: 'terrorDetect',
  political: 'politicalDetect',
};

/** Options of {@link Images.detect}. */
export interface DetectOptions extends CallOptions {
  /** Address of the image; the service must be able to fetch it. */
  image: string | URL;
  /** What to look for. */
  type: DetectionType;
  /** The bucket that the call is charged to. */
  bucket: string;
}

/** A person the service knows. */
export interface DetectedPerson {
  /** The person's name. */
  name: string;
  /** How sure the service is: 0 to 1. */
  rate?: number;
  /** Whether somebody should look at it. */
  review?: boolean;
}

/** What the service found in one image. */
export interface Detection {
  /** Address of the image. */
  image: string;
  /** Why it could not be looked at. */
  error?: string;
  /** The service's verdict: a number whose meaning depends on the type. */
  label?: number;
  /** How sure the service is: 0 to 1. */
  rate?: number;
  /** Whether somebody should look at it. */
  review?: boolean;
  /** People found; of `political`. */
  persons?: DetectedPerson[];
  /** The result as received. */
  raw: Record<string, unknown>;
}

/** What {@link Images.detect} gives. */
export interface DetectResult {
  /** One result for the image. */
  results: Detection[];
  /** The service's id of the request. */
  requestId?: string;
  /** The answer as received. */
  raw: Record<string, unknown>;
}

/** `POST /imageDetect` (wcs-api §2.10). */
export async function detectImage(context: ClientContext, options: DetectOptions): Promise<DetectResult> {
  const { image, type, bucket } = options;
  checkBucket(bucket);
  if (!Object.hasOwn(DETECTIONS, type)) {
    throw invalidArgument('type', Object.keys(DETECTIONS).join(', '), type);
  }
  const address = httpUrl('image', image);
  const call = {
    operation: 'imageDetect',
    subject: bucket,
    method: 'POST',
    target: '/imageDetect',
    body: `image=${urlSafeBase64Encode(address)}&type=${type}&bucket=${bucket}`,
  } as const;
  const answer = await callManagement(context, call, options);
  const members = jsonAnswer(call.operation, bucket, answer);
  return present({
    results: objectsMember(members, 'results').map(result => detectionOf(result, DETECTIONS[type])),
    requestId: answer.requestId,
    raw: members,
  });
}

function detectionOf(result: AnswerMembers, member: string): Present<Detection> {
  const verdict = objectMember(result, member);
  return present({
    image: textMember(result, 'image') ?? '',
    error: textMember(result, 'errMessage'),
    label: numberMember(verdict, 'label'),
    rate: numberMember(verdict, 'rate'),
    review: booleanMember(verdict, 'review'),
    persons: Array.isArray(verdict['persons']) ? objectsMember(verdict, 'persons').map(personOf) : undefined,
    raw: result,
  });
}

function personOf(person: AnswerMembers): Present<DetectedPerson> {
  return present({
    name: textMember(person, 'name') ?? '',
    rate: numberMember(person, 'rate'),
    review: booleanMember(person, 'review'),
  });
}
