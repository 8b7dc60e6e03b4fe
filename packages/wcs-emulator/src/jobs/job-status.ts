import type { JobItemRecord, JobRecord } from '../storage/metadata-store.js';
import { itemCode, jobCode } from './job-codes.js';

/** A job and its commands, as they are now. */
export interface Job {
  id: string;
  record: JobRecord;
  items: readonly JobItemRecord[];
}

/** Turns a job into a document: one for each of the two status calls, which notifications use too. */
export type JobRenderer = (job: Job, code?: number) => Record<string, unknown>;

/** A job as `GET /fmgr/status` tells it (section 2.9). */
export const managementStatus: JobRenderer = ({ id, record, items }, code = record.code) => ({
  id,
  code,
  desc: describeJob(code, items),
  separate: Number(record.separate),
  items: items.map(item => ({
    cmd: item.command,
    code: item.code,
    desc: describeItem(item.code),
    error: item.error ?? null,
    hash: item.result?.hash ?? '',
    fsize: item.result?.fsize ?? 0,
    key: item.result?.key ?? '',
    url: item.result?.url ?? '',
    ...item.result?.more,
  })),
});

/** A job as `GET /status/get/prefop` tells it (section 2.8). */
export const processingStatus: JobRenderer = ({ id, record, items }, code = record.code) => ({
  id,
  code,
  desc: describeJob(code, items),
  separate: Number(record.separate),
  inputbucket: record.input?.bucket ?? '',
  inputkey: record.input?.key ?? '',
  inputfsize: record.inputSize ?? 0,
  items: items.map(item => ({
    cmd: item.command,
    code: item.code,
    desc: describeItem(item.code),
    error: item.error ?? '',
    hash: item.result?.hash ?? '',
    key: item.result?.key ?? '',
    fsize: item.result?.fsize ?? 0,
    url: item.result?.url ?? '',
    costTime: item.costTime ?? 0,
    duration: '',
    bit_rate: '',
    resolution: '',
    detail: [],
    ...item.result?.more,
  })),
});

const jobDescriptions: Readonly<Record<number, string>> = {
  [jobCode.pending]: 'fileOperateWaiting',
  [jobCode.running]: 'fileOperateRunning',
  [jobCode.notifying]: 'notifying',
  [jobCode.notificationFailed]: 'notifyFailed',
  [jobCode.notified]: 'notifySucceed',
};

function describeJob(code: number, items: readonly JobItemRecord[]): string {
  const described = jobDescriptions[code];
  if (code !== jobCode.done && described !== undefined) return described;
  return describeItem(
    items.some(item => item.code === itemCode.failed) ? itemCode.failed : itemCode.succeeded,
  );
}

function describeItem(code: number): string {
  switch (code) {
    case itemCode.pending:
      return 'fileOperateWaiting';
    case itemCode.running:
      return 'fileOperateRunning';
    case itemCode.failed:
      return 'fileOperateFailed';
    default:
      return 'fileOperateSucceed';
  }
}
