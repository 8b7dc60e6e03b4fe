import { imageSize } from 'image-size';
import { ServiceError } from '../http/service-error.js';
import { colorModel } from './color-model.js';
import { imageFormat } from './image-format.js';

/** What `?op=imageInfo` tells (section 2.12). */
export interface ImageInfo {
  message: string;
  format: string;
  /** Of the file, in bytes; a string. */
  size: string;
  width: number;
  height: number;
  colorModel: string;
}

/**
 * Describes an image by its header; the pixels are never decoded.
 *
 * @throws ServiceError 400 when it is no image of a known format, or its header is broken
 */
export function imageInfo(bytes: Buffer): ImageInfo {
  const format = imageFormat(bytes);
  if (!format) throw new ServiceError(400, 'not an image of the formats jpeg, png, gif, webp, bmp and tiff');
  try {
    const { width, height } = imageSize(bytes);
    return {
      message: 'OK',
      format,
      size: String(bytes.length),
      width: checkPixels(width),
      height: checkPixels(height),
      colorModel: colorModel(format, bytes),
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ServiceError(400, `a broken ${format}: ${reason}`, { cause: error });
  }
}

function checkPixels(count: number): number {
  if (Number.isInteger(count) && count > 0) return count;
  throw new Error(`it claims to have ${count} pixels at a side`);
}
