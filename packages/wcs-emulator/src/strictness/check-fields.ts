import { ServiceError } from '../http/service-error.js';
import { refuseUnknown } from './check-parameters.js';

/** The fields of an upload form (section 2.2), besides the file and custom variables. */
const fieldsOfForm = ['token', 'key', 'mimeType', 'deadline', 'desc'];

/** @throws ServiceError 400 when a form has a field that the documents do not know, or a custom value is none */
export function checkFields(fields: ReadonlyMap<string, string>): void {
  const plain = [...fields.keys()].filter(name => !name.startsWith('x:'));
  refuseUnknown('form field', plain, fieldsOfForm);
  checkCustom(fields);
}

/** @throws ServiceError 400 when a custom variable holds an `&`, which templates cannot tell from their own */
export function checkCustom(fields: ReadonlyMap<string, string>): void {
  for (const [name, value] of fields) {
    if (name.startsWith('x:') && value.includes('&'))
      throw new ServiceError(400, `strict: ${name} holds an &`);
  }
}
