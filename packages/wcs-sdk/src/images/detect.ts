import { urlSafeBase64Encode } from '@curve-wcs/etag';
import type { CallOptions } from '../call-options.js';
import { type ClientContext, callManagement } from '../context.js';
import { checkBucket } from '../encoding.js';
import { invalidArgument } from '../errors.js';
import {
  type AnswerMembers,
  booleanMember,
  numberMember,
  objectMember,
  type Present,
  present,
  textMember,
} from '../http/answer-members.js';
import { httpUrl } from '../http/http-url.js';
import type { ReceivedAnswer } from '../http/received-answer.js';

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
  return callManagement(context, call, options, answer => {
    const members = answer.members();
    const results = answer.objects(members, 'results');
    if (results.length === 0) throw answer.unusable('no result');
    return {
      results: results.map(result => detectionOf(answer, result, DETECTIONS[type])),
      ...answer.id,
      raw: members,
    };
  });
}

function detectionOf(answer: ReceivedAnswer, result: AnswerMembers, member: string): Present<Detection> {
  const error = textMember(result, 'errMessage');
  const verdict = objectMember(result, member);
  // Neither a verdict nor a reason for none would look like an image without anything in it.
  const label = error === undefined ? answer.number(verdict, 'label') : numberMember(verdict, 'label');
  return present({
    image: textMember(result, 'image') ?? '',
    error,
    label,
    rate: numberMember(verdict, 'rate'),
    review: booleanMember(verdict, 'review'),
    persons: Array.isArray(verdict['persons']) ? answer.objects(verdict, 'persons').map(personOf) : undefined,
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
