import { type PutPolicyMembers, putPolicy } from '../auth/put-policy.js';
import { uploadToken } from '../auth/upload-token.js';
import { type ClientContext, credentialsNow, requireSetting } from '../context.js';
import { WcsError } from '../errors.js';
import { wholeNumber } from '../number-options.js';

/** What a page is allowed to upload. */
export interface BrowserUploadOptions extends Omit<PutPolicyMembers, 'fsizeLimit'> {
  /** Bucket that the page uploads to. */
  bucket: string;
  /** The one key that it may upload to. Without it `saveKey` says where uploads go. */
  key?: string;
  /** Largest size in bytes: the page's user decides what is sent. */
  maxSize: number;
  /** Lifetime of the token in seconds: 1 to 86,400. Default 600. */
  expiresIn?: number;
}

/** What a page needs to upload: safe to hand to the one user it was made for. */
export interface BrowserUpload {
  /** Where to post the form. */
  url: string;
  /** The form's members before the file, which goes last under the name `file`. */
  fields: Record<string, string>;
  /** When the token ends. */
  expires: Date;
}

const DAY = 86_400;

/** Makes a short-lived token for one upload from a page, and the form that goes with it (wcs-api §2.2). */
export function browserUpload(context: ClientContext, options: BrowserUploadOptions): BrowserUpload {
  const { maxSize, expiresIn = 600, ...members } = options;
  if (members.key === undefined && members.saveKey === undefined) {
    throw new WcsError(
      'INVALID_ARGUMENT',
      'a token for a page needs key or saveKey: with neither it would allow every key of the bucket',
    );
  }
  const policy = putPolicy({
    ...members,
    expiresIn: wholeNumber('expiresIn', expiresIn, { minimum: 1, maximum: DAY }),
    fsizeLimit: wholeNumber('maxSize', maxSize, { minimum: 1 }),
  });
  const credentials = credentialsNow(context, 'browserUpload');
  return {
    url: `${requireSetting(context.uploadUrl, 'uploadUrl', 'browserUpload')}/file/upload`,
    fields: { token: uploadToken(credentials, policy) },
    expires: new Date(Number(policy.deadline)),
  };
}
