import { randomUUID } from 'node:crypto';

/** The file of a form: what is said of it before its content. */
export interface FormFile {
  /** Name that the service is told; not the key. */
  name: string;
  mimeType: string;
}

/** A `multipart/form-data` body with one file as its last part, whose content goes between head and tail. */
export interface EncodedForm {
  contentType: string;
  /** Everything before the file's content. */
  head: Buffer;
  /** Everything after it. */
  tail: Buffer;
}

/** Encodes a form as browsers do (RFC 7578, HTML). */
export function encodeForm(
  fields: readonly (readonly [name: string, value: string])[],
  file: FormFile,
): EncodedForm {
  // Random, so that no content can contain it by chance or by intent.
  const boundary = `curve-wcs-${randomUUID()}`;
  let head = '';
  for (const [name, value] of fields) {
    head += `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"\r\n\r\n${value}\r\n`;
  }
  head += `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${quoted(file.name)}"\r\n`;
  head += `Content-Type: ${file.mimeType}\r\n\r\n`;
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    head: Buffer.from(head),
    tail: Buffer.from(`\r\n--${boundary}--\r\n`),
  };
}

/** A name as browsers write it into a form. */
function quoted(name: string): string {
  return name.replace(/["\r\n]/g, character => encodeURIComponent(character));
}
