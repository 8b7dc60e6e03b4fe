import {
  type AnswerMembers,
  booleanMember,
  numberMember,
  type Present,
  present,
  textMember,
} from '../http/answer-members.js';
import type { ReceivedAnswer } from '../http/received-answer.js';

/** Where a job stands (wcs-api §2.8). From `finished` on, all its items have been worked on. */
export type JobState = 'pending' | 'running' | 'finished' | 'notifying' | 'notification-failed' | 'notified';

/** Where one command of a job stands. `other` is a code that the protocol does not know. */
export type JobItemState = 'pending' | 'running' | 'failed' | 'succeeded' | 'other';

const STATES: Record<number, JobState> = {
  0: 'pending',
  1: 'running',
  3: 'finished',
  4: 'notifying',
  5: 'notification-failed',
  6: 'notified',
};

const ITEM_STATES: Record<number, JobItemState> = { 0: 'pending', 1: 'running', 2: 'failed', 3: 'succeeded' };

/** The first code of a job that is done: what follows concerns only its notification. */
const FINISHED = 3;

/** One command of a job. */
export interface JobItem {
  /** The command, as it was sent. */
  command: string;
  /** Where it stands. */
  state: JobItemState;
  /** The service's number for that. */
  code: number;
  /** The service's words for that. */
  description?: string;
  /** What went wrong. */
  error?: string;
  /** Bucket and key, or the key alone, of what was made. */
  key?: string;
  /** Hash of what was made. */
  hash?: string;
  /** Size in bytes of what was made. */
  size?: number;
  /** Where what was made can be downloaded. */
  url?: string;
  /** How long it took, in the service's unit. */
  costTime?: number;
  /** Length of a video or sound, in seconds. */
  duration?: number;
  /** Bit rate of a video or sound, in bit/s. */
  bitRate?: number;
  /** Size of a video's picture, such as `1280x720`. */
  resolution?: string;
  /** What was unpacked; of fetched archives. */
  decompressList?: string;
  /** What else a command of `fops` found out, as the service writes it. */
  detail?: unknown;
  /** The item as received. */
  raw: Record<string, unknown>;
}

/** A job as the service sees it. */
export interface JobStatus {
  /** The job's id. */
  id: string;
  /** Where it stands. */
  state: JobState;
  /** Whether all items have been worked on, for better or worse. */
  finished: boolean;
  /** The service's number for the state. */
  code: number;
  /** The service's words for the state. */
  description?: string;
  /** Whether each command is notified by itself. */
  separate?: boolean;
  /** Bucket of the object that is processed; of `fops` jobs. */
  inputBucket?: string;
  /** Key of the object that is processed; of `fops` jobs. */
  inputKey?: string;
  /** Size in bytes of the object that is processed; of `fops` jobs. */
  inputSize?: number;
  /** The job's commands. */
  items: JobItem[];
  /** The service's id of the request. */
  requestId?: string;
  /** The answer as received. */
  raw: Record<string, unknown>;
}

/**
 * Reads the answer to a question about a job (wcs-api §2.8, §2.9). Where a job stands is known by its code alone, so
 * one that the protocol does not know is no answer.
 */
export function jobStatusOf(answer: ReceivedAnswer, id: string): JobStatus {
  const members = answer.ownMembers();
  const code = numberMember(members, 'code');
  const state = code === undefined ? undefined : STATES[code];
  // Anything else is what the service says of the question, such as 404.
  if (code === undefined || state === undefined) {
    answer.members();
    throw answer.unusable(`the code ${JSON.stringify(members['code'])}, which is none of a job`);
  }
  if ((textMember(members, 'id') ?? id) !== id) throw answer.unusable('the id of another job');
  const finished = code >= FINISHED;
  const items = finished || members['items'] !== undefined ? answer.objects(members, 'items') : [];
  return present({
    id,
    state,
    finished,
    code,
    description: textMember(members, 'desc'),
    separate: booleanMember(members, 'separate'),
    inputBucket: textMember(members, 'inputbucket'),
    inputKey: textMember(members, 'inputkey'),
    inputSize: numberMember(members, 'inputfsize'),
    items: items.map(jobItemOf),
    requestId: answer.wire.requestId,
    raw: members,
  });
}

/** Reads one command of a job. */
export function jobItemOf(item: AnswerMembers): Present<JobItem> {
  const code = numberMember(item, 'code') ?? Number.NaN;
  return present({
    command: textMember(item, 'cmd') ?? '',
    state: ITEM_STATES[code] ?? 'other',
    code,
    description: textMember(item, 'desc'),
    error: textMember(item, 'error'),
    key: textMember(item, 'key'),
    hash: textMember(item, 'hash'),
    size: numberMember(item, 'fsize'),
    url: textMember(item, 'url'),
    costTime: numberMember(item, 'costTime'),
    duration: numberMember(item, 'duration'),
    bitRate: numberMember(item, 'bit_rate'),
    resolution: textMember(item, 'resolution'),
    decompressList: textMember(item, 'decompresslist'),
    detail: isEmpty(item['detail']) ? undefined : item['detail'],
    raw: item,
  });
}

function isEmpty(value: unknown): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0);
}
