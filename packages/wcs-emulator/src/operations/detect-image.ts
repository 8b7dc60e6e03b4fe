import { describeDetection, isDetectionType } from '../detection/detection-results.js';
import { storedImageOf } from '../detection/stored-image.js';
import { decodeText, parseParameters } from '../http/encoding.js';
import { jsonReply } from '../http/reply.js';
import type { Operation } from '../http/request-context.js';
import { ServiceError } from '../http/service-error.js';
import { authorizeManagement, requireBucket } from './authorize.js';

/** `POST /imageDetect` (section 2.10): tells the result that was loaded for an image. */
export const detectImage: Operation = async context => {
  const { account, body } = await authorizeManagement(context);
  const parameters = parseParameters(body);
  const bucket = parameters.get('bucket');
  if (!bucket) throw new ServiceError(400, 'bucket is missing');
  await requireBucket(context, account, bucket);
  const type = parameters.get('type');
  if (!isDetectionType(type)) throw new ServiceError(400, 'type is porn, terror or political');
  const image = decodeText(parameters.get('image') ?? '', 'image');
  if (!URL.canParse(image)) throw new ServiceError(400, 'image is not a URL');
  const result = context.detections.find(type, [image, ...storedImageOf(image, context.url)]);
  const errMessage = result ? '' : `no ${type} result is loaded for this image`;
  return jsonReply(200, { results: [{ image, errMessage, ...(result && describeDetection(result)) }] });
};
