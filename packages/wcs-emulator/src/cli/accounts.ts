import { readFile } from 'node:fs/promises';
import type { WcsCredentials } from '../auth/accounts.js';
import { WcsEmulatorError } from '../errors.js';

/**
 * Reads `AK:SK` or `AK:SK:BUCKET,BUCKET`.
 *
 * @throws WcsEmulatorError `INVALID_OPTION`, without the text, which holds a secret
 */
export function parseAccount(text: string): WcsCredentials {
  const [accessKey, secretKey, buckets, ...rest] = text.split(':');
  if (!accessKey || !secretKey || buckets === '' || rest.length > 0) {
    throw new WcsEmulatorError('INVALID_OPTION', 'an account is written AK:SK or AK:SK:BUCKET,BUCKET');
  }
  return { accessKey, secretKey, ...(buckets !== undefined && { buckets: buckets.split(',') }) };
}

/**
 * Reads the file of `--accounts-file`: a JSON list of `{ "accessKey", "secretKey", "buckets" }`.
 *
 * @throws WcsEmulatorError `INVALID_OPTION`, without the content, which holds secrets
 */
export async function readAccountsFile(file: string): Promise<WcsCredentials[]> {
  const accounts: unknown = await readFile(file, 'utf8')
    .then(JSON.parse)
    .catch((error: unknown) => {
      const reason = error instanceof SyntaxError ? 'it is not JSON' : String(error);
      throw new WcsEmulatorError('INVALID_OPTION', `cannot read the accounts in ${file}: ${reason}`);
    });
  if (Array.isArray(accounts) && accounts.every(isAccount)) return accounts;
  throw new WcsEmulatorError(
    'INVALID_OPTION',
    `${file} is not a list of accounts with accessKey, secretKey and perhaps buckets`,
  );
}

function isAccount(value: unknown): value is WcsCredentials {
  if (typeof value !== 'object' || value === null) return false;
  const { accessKey, secretKey, buckets = [], ...rest } = value as Record<string, unknown>;
  const names = Array.isArray(buckets) && buckets.every(name => typeof name === 'string');
  const keys = typeof accessKey === 'string' && typeof secretKey === 'string';
  return keys && names && Object.keys(rest).length === 0;
}
