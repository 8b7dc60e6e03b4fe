import { urlSafeBase64Encode } from '@curve-wcs/etag';
import { checkBucket, checkFolder, checkKey, encodeEntry } from '../encoding.js';
import { type ObjectEntry, objectEntry, type TargetEntry, targetEntry } from '../entry.js';
import { invalidArgument } from '../errors.js';
import { httpUrl } from '../http/http-url.js';
import { checkDays } from '../objects/set-deadline.js';

// The grammar of the items is that of wcs-api §2.9. Whatever a user chooses is encoded, so that no key can end an item.

/** An object to copy or move. */
export interface CopyItem {
  /** The object. */
  from: ObjectEntry;
  /** Where it goes. A bucket alone keeps the key. */
  to: TargetEntry;
  /** Put before the key, with a slash between them. */
  prefix?: string;
}

/** Something to fetch from elsewhere. */
export interface FetchItem {
  /** Address to fetch. */
  url: string | URL;
  /** Where it goes. A bucket alone leaves the key to the service, which takes it from the address. */
  to: TargetEntry;
  /** Put before the key, with a slash between them. */
  prefix?: string;
  /** MD5 of the content: 32 hexadecimal digits. What has another is not stored. */
  md5?: string;
  /** Format to unpack, such as `zip`, once it is fetched. */
  decompression?: string;
  /** Of an `.m3u8`: whether its `.ts` files are fetched as well. */
  fetchTs?: boolean;
}

/** A folder to delete. */
export interface DeletePrefixItem {
  /** The bucket's name. */
  bucket: string;
  /** The folder: `test` and `test/` are the same, and do not touch `test123`. */
  prefix: string;
  /** Object that receives the list of the deleted keys. */
  output?: ObjectEntry;
}

/** An `.m3u8` to delete. */
export interface DeleteM3u8Item {
  /** The bucket's name. */
  bucket: string;
  /** Key of the `.m3u8`. */
  key: string;
  /** Whether its `.ts` files are deleted as well. The service's default is true. */
  deleteTs?: boolean;
}

/** A folder, or a whole bucket, whose objects are to be kept for some time. */
export interface DeadlineItem {
  /** The bucket's name. */
  bucket: string;
  /** The folder. Absent: all objects of the bucket. */
  prefix?: string;
  /** Days to keep the objects from now on; 0 removes them as soon as possible, -1 keeps them for ever. */
  days: number;
}

/** Objects to pack into a zip. */
export interface CompressItem {
  /** The bucket's name. */
  bucket: string;
  /** Keys to pack; one that ends with a slash is a folder. */
  keys?: readonly string[];
  /** Key of an object in the bucket that lists the keys, one a line. Not with `keys`, which would win. */
  keyList?: string;
  /** The zip. */
  saveAs: ObjectEntry;
}

/** Writes one item; `name` is how to call it in an error. */
export type ItemWriter<T> = (item: T, name: string) => string;

/** `resource/<entry>/bucket/<b>[/key/<k>][/prefix/<p>]` */
export const copyItem: ItemWriter<CopyItem> = ({ from, to, prefix }, name) => {
  const source = objectEntry(`${name}.from`, from);
  return [
    `resource/${encodeEntry(source.bucket, source.key)}`,
    target(`${name}.to`, to),
    folder('prefix', `${name}.prefix`, prefix),
  ].join('');
};

/** `fetchURL/<url>/bucket/<b>[/key/<k>][/prefix/<p>][/md5/<md5>][/decompression/<format>][/fetchTS/<0|1>]` */
export const fetchItem: ItemWriter<FetchItem> = (item, name) => {
  const { url, to, prefix, md5, decompression, fetchTs } = item;
  if (md5 !== undefined && !/^[0-9a-f]{32}$/i.test(md5)) {
    throw invalidArgument(`${name}.md5`, '32 hexadecimal digits', md5);
  }
  if (decompression !== undefined && !/^\w+$/.test(decompression)) {
    throw invalidArgument(`${name}.decompression`, 'the name of a format, such as zip', decompression);
  }
  return [
    `fetchURL/${urlSafeBase64Encode(httpUrl(`${name}.url`, url))}`,
    target(`${name}.to`, to),
    folder('prefix', `${name}.prefix`, prefix),
    md5 === undefined ? '' : `/md5/${md5}`,
    decompression === undefined ? '' : `/decompression/${decompression}`,
    flag('fetchTS', `${name}.fetchTs`, fetchTs),
  ].join('');
};

/** `bucket/<b>/key/<k>` */
export const deleteItem: ItemWriter<ObjectEntry> = (item, name) => {
  const { bucket, key } = objectEntry(name, item);
  return `bucket/${urlSafeBase64Encode(bucket)}/key/${urlSafeBase64Encode(key)}`;
};

/** `bucket/<b>/prefix/<p>[/output/<entry>]` */
export const deletePrefixItem: ItemWriter<DeletePrefixItem> = ({ bucket, prefix, output }, name) => {
  checkBucket(bucket, `${name}.bucket`);
  checkFolder(prefix, `${name}.prefix`);
  const list = output === undefined ? undefined : objectEntry(`${name}.output`, output);
  return [
    `bucket/${urlSafeBase64Encode(bucket)}/prefix/${urlSafeBase64Encode(prefix)}`,
    list ? `/output/${encodeEntry(list.bucket, list.key)}` : '',
  ].join('');
};

/** `bucket/<b>/key/<k>[/deletets/<0|1>]` */
export const deleteM3u8Item: ItemWriter<ObjectEntry | DeleteM3u8Item> = (item, name) => {
  const deleteTs = typeof item === 'object' && 'deleteTs' in item ? item.deleteTs : undefined;
  return `${deleteItem(item, name)}${flag('deletets', `${name}.deleteTs`, deleteTs)}`;
};

/** `bucket/<b>[/prefix/<p>]/deadline/<days>` */
export const deadlineItem: ItemWriter<DeadlineItem> = ({ bucket, prefix, days }, name) => {
  checkBucket(bucket, `${name}.bucket`);
  checkDays(days, `${name}.days`);
  return [
    `bucket/${urlSafeBase64Encode(bucket)}`,
    folder('prefix', `${name}.prefix`, prefix),
    `/deadline/${days}`,
  ].join('');
};

/** `bucket/<b>[/keys/<k1>|<k2>…][/keyList/<key>]/saveas/<entry>` */
export const compressItem: ItemWriter<CompressItem> = ({ bucket, keys, keyList, saveAs }, name) => {
  checkBucket(bucket, `${name}.bucket`);
  if ((keys === undefined) === (keyList === undefined)) {
    throw invalidArgument(name, 'an object with either keys or keyList', { keys, keyList });
  }
  if (keys !== undefined && (!Array.isArray(keys) || keys.length === 0)) {
    throw invalidArgument(`${name}.keys`, 'a list of at least one key', keys);
  }
  for (const [index, key] of keys?.entries() ?? []) checkFolder(key, `${name}.keys[${index}]`);
  if (keyList !== undefined) checkKey(keyList, `${name}.keyList`);
  const zip = objectEntry(`${name}.saveAs`, saveAs);
  return [
    `bucket/${urlSafeBase64Encode(bucket)}`,
    keys ? `/keys/${keys.map(key => urlSafeBase64Encode(key)).join('|')}` : '',
    keyList === undefined ? '' : `/keyList/${urlSafeBase64Encode(keyList)}`,
    `/saveas/${encodeEntry(zip.bucket, zip.key)}`,
  ].join('');
};

function target(name: string, to: TargetEntry): string {
  const { bucket, key } = targetEntry(name, to);
  return `/bucket/${urlSafeBase64Encode(bucket)}${key === undefined ? '' : `/key/${urlSafeBase64Encode(key)}`}`;
}

function folder(word: string, name: string, value: string | undefined): string {
  if (value === undefined) return '';
  checkFolder(value, name);
  return `/${word}/${urlSafeBase64Encode(value)}`;
}

function flag(word: string, name: string, value: boolean | undefined): string {
  if (value === undefined) return '';
  if (typeof value !== 'boolean') throw invalidArgument(name, 'true or false', value);
  return `/${word}/${value ? 1 : 0}`;
}
