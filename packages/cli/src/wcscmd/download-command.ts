import { createWriteStream, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { DownloadResult, DownloadSource, WcsClient } from '@curve-wcs/wcs-sdk';
import { HintedFailure, usageError } from '../cli-error.js';
import { progressReporter } from '../terminal/progress-reporter.js';
import { formatBytes } from '../terminal/quantities.js';
import { throughTo } from '../terminal/through-to.js';
import type { CommandContext } from './command.js';
import { openClient } from './open-client.js';
import { lastSegment, safeFileName } from './safe-file-name.js';
import { isWcsUrl, parseObjectUrl } from './wcs-url.js';

/** Downloads a URL or an object to a file or to stdout, with progress, verified where an etag is known. */
export async function runDownload(context: CommandContext): Promise<void> {
  const { io, out, config, options, operands } = context;
  const source = sourceOf(operands[0] ?? '', 'get');
  const name = operands[1] ?? safeFileName(nameIn(source));
  if (!name) throw usageError('no file name can be made of that: give one as the second argument');
  const toStdout = name === '-' && operands.length > 1;
  if (toStdout && out.json)
    throw usageError('the object itself goes to stdout: --json cannot go there as well');
  await using client = await openClient(context, source.url === undefined ? ['get_url'] : []);
  const verify = !options.has('no-verify');
  const etag = verify && source.url === undefined ? await storedEtag(context, client, source) : undefined;
  const progress = await progressReporter(io, toStdout ? 'stdout' : name, {
    enabled: !out.quiet && !options.has('no-progress'),
  });
  const download = {
    ...source,
    verify,
    ...(etag === undefined ? {} : { etag }),
    trafficLimit: Number(config.settings.traffic_limit),
    signal: io.signal,
    onProgress: (state: { transferred: number; resumed: number }) => progress.update(state),
  };
  const path = resolve(io.cwd, name);
  const { hasResumablePart, throughLinks } = await import('@curve-wcs/wcs-sdk');
  const special = !toStdout && isSpecial(await stat(path).catch(() => undefined));
  try {
    if (toStdout) {
      const { size, verified } = await client.download({ ...download, to: throughTo(io.stdout) });
      progress.stop();
      out.notice(`${formatBytes(size)}, ${verified ? 'verified' : 'not verified'}`);
    } else if (special) {
      const result = await client.download({ ...download, to: createWriteStream(path) });
      progress.stop();
      report(context, path, result);
    } else {
      const result = await client.download({
        ...download,
        to: await throughLinks(path),
        resume: true,
        concurrency: Number(config.settings.concurrency) || 1,
      });
      progress.stop();
      report(context, path, result);
    }
  } catch (error) {
    if (toStdout || special || !(await hasResumablePart(await throughLinks(path)))) throw error;
    throw new HintedFailure(error, 'the same command goes on with what has arrived');
  } finally {
    progress.stop();
  }
}

/** What an operand names: an object, or any URL. */
export function sourceOf(text: string, command: string): DownloadSource {
  if (isWcsUrl(text)) return parseObjectUrl(text);
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) {
    throw usageError(`${command} takes an http:// or https:// URL, or wcs://BUCKET/KEY`);
  }
  return { url: new URL(text) };
}

function nameIn(source: DownloadSource): string {
  return source.url === undefined ? (source.key.split('/').at(-1) ?? '') : lastSegment(new URL(source.url));
}

/** The hash that the service keeps of the object, if it can be asked, and gives a wcs-etag. */
export async function storedEtag(
  { config: { settings }, io, out }: CommandContext,
  client: WcsClient,
  object: { bucket: string; key: string },
): Promise<string | undefined> {
  if (!settings.access_key || !settings.secret_key || !settings.mgr_url) return undefined;
  const { WcsError } = await import('@curve-wcs/wcs-sdk');
  try {
    const { hash } = await client.stat({ bucket: object.bucket, key: object.key, signal: io.signal });
    return /^[Fl][\w-]{27}$/.test(hash) ? hash : undefined;
  } catch (error) {
    // Whoever may download need not be allowed to ask. What is not there cannot be downloaded either.
    const fatal =
      !(error instanceof WcsError) || error.code === 'NOT_FOUND' || error.code === 'BUCKET_NOT_FOUND';
    if (fatal) throw error;
    out.detail(`no etag to compare with: ${error.message}`);
    return undefined;
  }
}

/** A pipe or a device is written to, and nothing takes its place. */
function isSpecial(stats: Stats | undefined): boolean {
  return stats !== undefined && !stats.isFile() && !stats.isDirectory();
}

function report({ out }: CommandContext, path: string, result: DownloadResult): void {
  out.result(
    {
      file: path,
      size: result.size,
      etag: result.etag,
      verified: result.verified ? 'yes' : 'no',
      'request id': result.requestId,
    },
    { file: path, ...result },
  );
}
