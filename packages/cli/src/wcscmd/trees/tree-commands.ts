import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CliError, usageError } from '../../cli-error.js';
import { ExitCode } from '../../exit-code.js';
import type { CommandContext } from '../command.js';
import { checkSettings } from '../load-config.js';
import { isWcsUrl } from '../wcs-url.js';
import { checkDeletable, deleteTree } from './delete-tree.js';
import { downloadTree } from './download-tree.js';
import { runTree } from './run-tree.js';
import type { TreeAction } from './tree-report.js';
import { parseTreeUrl } from './tree-url.js';
import { uploadTree } from './upload-tree.js';

const MANAGEMENT = ['access_key', 'secret_key', 'mgr_url'] as const;

/** `put -r wcs://BUCKET[/PREFIX] FOLDER` */
export async function putTree(context: CommandContext): Promise<void> {
  const [target = '', folder = ''] = context.operands;
  const replace = context.config.settings.overwrite === '1';
  await upload(context, folder, target, { replace, actions: ['upload'] });
}

/** `get -r wcs://BUCKET[/PREFIX] [FOLDER]` */
export async function getTree(context: CommandContext): Promise<void> {
  const [source = '', folder = '.'] = context.operands;
  if (!isWcsUrl(source)) throw usageError('get -r takes wcs://BUCKET or wcs://BUCKET/PREFIX');
  await download(context, source, folder, { actions: ['download'] });
}

/** `del -r wcs://BUCKET[/PREFIX]` */
export async function delTree(context: CommandContext): Promise<void> {
  const { io, options, operands } = context;
  const target = parseTreeUrl(operands[0] ?? '');
  checkDeletable({ io }, { yes: options.has('yes'), dryRun: options.has('dry-run') });
  await runTree(context, {
    needs: MANAGEMENT,
    actions: ['delete'],
    subject: ['delete', target.bucket, target.prefix],
    work: run => deleteTree(run, target),
  });
}

/** `sync FOLDER wcs://BUCKET[/PREFIX]`, or the other way round. */
export async function syncTrees(context: CommandContext): Promise<void> {
  const { options, operands } = context;
  const [source = '', target = ''] = operands;
  const actions: readonly TreeAction[] = options.has('delete') ? ['delete'] : [];
  if (isWcsUrl(source) === isWcsUrl(target)) {
    throw usageError('sync takes a folder and wcs://BUCKET[/PREFIX], in the one order or the other');
  }
  if (isWcsUrl(target))
    await upload(context, source, target, { replace: true, actions: ['upload', ...actions] });
  else await download(context, source, target, { actions: ['download', ...actions] });
}

async function upload(
  context: CommandContext,
  folder: string,
  url: string,
  { replace, actions }: { replace: boolean; actions: readonly TreeAction[] },
): Promise<void> {
  const target = parseTreeUrl(url);
  checkSettings(context.config, ['overwrite', 'separate']);
  const root = folderPath(context, folder);
  await requireFolder(root);
  await runTree(context, {
    needs: [...MANAGEMENT, 'put_url'],
    actions,
    subject: ['upload', root, target.bucket, target.prefix],
    work: run => uploadTree(run, { root, target, replace }),
  });
}

async function download(
  context: CommandContext,
  url: string,
  folder: string,
  { actions }: { actions: readonly TreeAction[] },
): Promise<void> {
  const source = parseTreeUrl(url);
  const root = folderPath(context, folder);
  await requireFolder(root, { orNothing: true });
  await runTree(context, {
    needs: [...MANAGEMENT, 'get_url'],
    actions,
    subject: ['download', root],
    work: run => downloadTree(run, { source, root }),
  });
}

/** An empty name is that of a variable which is not set, and not of the current folder. */
function folderPath({ io }: CommandContext, folder: string): string {
  if (folder === '') throw usageError('the name of the folder is empty', 'the current one is .');
  return resolve(io.cwd, folder);
}

async function requireFolder(path: string, { orNothing = false } = {}): Promise<void> {
  const stats = await stat(path).catch(error => {
    if (error.code === 'ENOENT' && orNothing) return undefined;
    throw new CliError(ExitCode.failed, `cannot read ${path}: ${error.message}`, { cause: error });
  });
  if (stats && !stats.isDirectory()) throw new CliError(ExitCode.failed, `${path} is no folder`);
}
