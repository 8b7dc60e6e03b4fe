import { ServiceError } from '../http/service-error.js';
import type { JobKind } from '../jobs/job-kind.js';
import { downloadUrl } from '../operations/download-url.js';
import { describeDetection, isDetectionType } from './detection-results.js';

/** What the `contentDetect` of a put policy asks for, such as `imagePorn`: the result that was loaded for the object. */
export const detectStored: JobKind = {
  check: () => [],

  async run(command, { input, detections, url }) {
    const type = command.replace(/^image/, '').toLowerCase();
    if (!command.startsWith('image') || !isDetectionType(type)) {
      throw new ServiceError(
        501,
        `the emulator has no detection ${command}, only imagePorn, imageTerror, imagePolitical`,
      );
    }
    if (!input) throw new ServiceError(400, 'the job names no object');
    const { bucket, key } = input;
    const image = downloadUrl(url, bucket, key);
    const result = detections.find(type, [image, `${bucket}:${key}`]);
    const found = result && describeDetection(result)[`${type}Detect`];
    const error = result ? '' : `no ${type} result is loaded for this image`;
    const report = { code: 200, message: 'OK', fileList: [{ key, url: image, ...found, error }] };
    return { key, url: image, more: { [`${type}Detect`]: report } };
  },
};
