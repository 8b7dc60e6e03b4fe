import { urlSafeBase64Decode } from '@curve-wcs/etag';

/** A request as a service understands it, whatever order and spelling a client prefers. */
export interface Meaning {
  method: string;
  /** The path, its encoded segments decoded. */
  path: string[];
  parameters: Record<string, string>;
}

/** Parameters whose values travel in URL-safe Base64. */
const ENCODED = new Set(['name', 'prefix', 'key', 'fops', 'notifyURL', 'image']);
/** Segments of an item whose value travels in URL-safe Base64; the value of the others is plain. */
const ENCODED_SEGMENTS = new Set([
  'resource',
  'fetchURL',
  'bucket',
  'key',
  'prefix',
  'output',
  'saveas',
  'dir',
]);
/** What a service assumes where a client says nothing. */
const DEFAULTS: Record<string, string> = {
  force: '0',
  separate: '0',
  notifyURL: '',
  limit: '1000',
  isListDetails: 'false',
};

/** Reads a request. Query and body are one: what matters is what they say. */
export function meaningOf({ method, url, body }: { method: string; url: string; body: string }): Meaning {
  const [path = '', query = ''] = url.split('?');
  const pairs = [...query.split('&'), ...body.split('&')].filter(pair => pair !== '').map(split);
  const parameters = pairs
    .map(([name, value]) => [synonym(name), decodeURIComponent(value)] as const)
    .map(([name, value]) => [name, valueIn(path, name, value)] as const)
    .filter(([name, value]) => DEFAULTS[name] !== value);
  return { method, path: pathOf(path), parameters: Object.fromEntries(parameters) };
}

function pathOf(path: string): string[] {
  const [operation = '', ...entries] = path.split('/').slice(1);
  if (operation === 'prefetch') return [operation, ...entries.map(prefetched)];
  return [operation, ...(/^(stat|delete|move|copy)$/.test(operation) ? entries.map(text) : entries)];
}

function valueIn(path: string, name: string, value: string): string {
  if (name === 'fops' && path.startsWith('/fmgr/')) return value.split(';').map(itemMeaning).join('; ');
  if (name === 'bucket') return path === '/setdeadline' || path === '/fops' ? text(value) : value;
  if (name === 'fops') return text(value).split('|').map(itemMeaning).join(' | ');
  return ENCODED.has(name) ? text(value) : value;
}

/** An item or command: `name/value/name/value`, values decoded. */
function itemMeaning(item: string): string {
  const segments = item.split('/');
  return segments
    .map((segment, index) => {
      const name = segments[index - 1] ?? '';
      if (index % 2 === 0) return synonym(segment);
      if (name === 'keys') return segment.split('|').map(text).join('|');
      // Java encodes what is hexadecimal already.
      if (name === 'md5') return segment.length === 32 ? segment : text(segment);
      return ENCODED_SEGMENTS.has(name) ? text(segment) : segment;
    })
    .join('/');
}

/** Java and newer documents have another word for the same. */
function synonym(name: string): string {
  return name === 'deleteAfterDays' ? 'deadline' : name;
}

/** Bucket and keys, which are encoded once more, except by Go. */
function prefetched(encoded: string): string {
  const [bucket = '', keys = ''] = text(encoded).split(':');
  return `${bucket}:${keys
    .split('|')
    .map(key => (/^[\w-]+=*$/.test(key) ? text(key) : key))
    .join('|')}`;
}

function split(pair: string): [string, string] {
  const [name = '', ...value] = pair.split('=');
  return [name, value.join('=')];
}

function text(encoded: string): string {
  return Buffer.from(urlSafeBase64Decode(encoded)).toString('utf8');
}
