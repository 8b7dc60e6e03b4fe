import { urlSafeBase64Encode } from '@curve-wcs/etag';

/** The values of the magic variables of a template (section 1.3), without `$(` and `)`. */
export type TemplateValues = ReadonlyMap<string, string>;

/** What is substituted when an upload is answered. */
export interface UploadOutcome {
  bucket: string;
  key: string;
  fname: string;
  hash: string;
  fsize: number;
  mimeType: string;
  /** Where the object can be downloaded. */
  url: string;
  /** The uploader's address. */
  ip: string;
  /** How long the upload took, in milliseconds. */
  costTime: number;
  /** The job that processes the object; empty for none. */
  persistentId: string;
  /** The uploader's own variables, by their names with the `x:`. */
  custom: ReadonlyMap<string, string>;
}

/** The variables of an upload. */
export function templateValues(outcome: UploadOutcome): TemplateValues {
  return new Map([
    ...outcome.custom,
    ['bucket', outcome.bucket],
    ['key', outcome.key],
    ['fname', outcome.fname],
    ['hash', outcome.hash],
    ['fsize', String(outcome.fsize)],
    ['mimeType', outcome.mimeType],
    ['url', urlSafeBase64Encode(outcome.url)],
    ['ip', outcome.ip],
    ['costTime', String(outcome.costTime)],
    ['persistentId', outcome.persistentId],
  ]);
}

/** Replaces every `$(name)`, by the value as `encode` writes it; a variable without a value is empty. */
export function substitute(
  template: string,
  values: TemplateValues,
  encode: (value: string) => string = value => value,
): string {
  return template.replace(/\$\(([^)]*)\)/g, (_, name: string) => encode(values.get(name) ?? ''));
}

/** The members of a template `name=value&…`, each value substituted by itself, so that it may hold any text. */
export function substituteMembers(template: string, values: TemplateValues): Record<string, string> {
  const pairs = template.split('&').map(pair => {
    const equals = pair.indexOf('=');
    return [pair.slice(0, Math.max(0, equals)), substitute(pair.slice(equals + 1), values)] as const;
  });
  return Object.fromEntries(pairs.filter(([name]) => name !== ''));
}
