// The WCS half: uploads real files with the command line, kills and resumes one of them, keeps a folder in step, lists,
// stats, downloads and compares, and shows what errors look like.
import { spawn } from 'node:child_process';
import { createHash, randomFillSync } from 'node:crypto';
import {
  createReadStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startWcsEmulator } from '../../packages/wcs-emulator/dist/index.js';
import { uploadToken, WcsClient } from '../../packages/wcs-sdk/dist/index.js';
import { note, say } from './show.mjs';

const BLOCK = 4 * 2 ** 20;
const FILES = [
  ['empty.bin', 0],
  ['small.bin', 1024],
  ['block.bin', BLOCK],
  ['large.bin', 100 * 2 ** 20],
];

const folder = mkdtempSync(join(tmpdir(), 'curve-wcs-demo-'));
const inFolder = name => join(folder, name);

const emulator = await startWcsEmulator({ dataDir: inFolder('server'), buckets: ['demo'] });
try {
  say(`WCS: a server is running at ${emulator.url}, with its data in ${folder}.`);
  writeFileSync(inFolder('wcscfg'), `${emulator.clientConfig}tmp_record_folder = ${inFolder('records')}\n`, {
    mode: 0o600,
  });
  for (const [name, size] of FILES) writeFileSync(inFolder(name), randomFillSync(Buffer.alloc(size)));

  say('\nUploading, and downloading again:');
  for (const [name, size] of FILES.slice(0, 3)) await uploadAndCompare(name, size, ['put']);
  await killAndResume('large.bin');
  await compare('large.bin', FILES[3][1]);

  say('\nA folder of many files:');
  await syncTree();

  say('\nWhat is there now:');
  await wcscmd(['ls', '-l', '--human', 'wcs://demo'], { print: true });
  await wcscmd(['stat', 'wcs://demo/large.bin'], { print: true });

  say('\nWhat errors look like:');
  await failsWith('a wrong secret key', /401|token/i, ['-c', wrongConfig(), 'stat', 'wcs://demo/small.bin']);
  await failsWith('an object that is not there', /404|no such/i, ['stat', 'wcs://demo/nothing']);
  await failsWith('an object that is there already', /406|exists/i, [
    'put',
    'wcs://demo/small.bin',
    inFolder('small.bin'),
  ]);
  await expiredToken();
} finally {
  await emulator.close();
  rmSync(folder, { recursive: true, force: true });
}

/** Uploads a file with one command, and proves that what comes back is what went. */
async function uploadAndCompare(name, size, command) {
  const { seconds } = await wcscmd([...command, `wcs://demo/${name}`, inFolder(name)]);
  note(`upload ${name}`, { bytes: size, seconds, right: true });
  await compare(name, size);
}

async function compare(name, size) {
  const back = inFolder(`back-${name}`);
  const { seconds } = await wcscmd(['get', `wcs://demo/${name}`, back]);
  const [sent, received] = await Promise.all([sha256(inFolder(name)), sha256(back)]);
  const etag = (await run('wcs_etag_cal', ['etag', back])).stdout.trim().split('\n').at(-1);
  const { stdout } = await wcscmd(['--json', 'stat', `wcs://demo/${name}`]);
  note(`download ${name}, sha256 and etag compared`, {
    bytes: size,
    seconds,
    right: sent === received && JSON.parse(stdout).hash === etag,
  });
}

/** Kills an upload with SIGKILL when half of its blocks are done, and lets a second command finish it. */
async function killAndResume(name) {
  const size = FILES.find(file => file[0] === name)[1];
  const blocks = Math.ceil(size / BLOCK);
  // A loopback upload is over before it can be interrupted; this makes it last.
  const slow = emulator.faults.add({ match: { path: '/mkblk/' }, do: 'delay 100ms' });
  const upload = ['multiput', `wcs://demo/${name}`, inFolder(name)];
  const first = wcscmd(upload, { mayFail: true });
  while (finishedBlocks() < blocks / 2) await delay(10);
  first.child.kill('SIGKILL');
  await first;
  slow();
  const acknowledged = finishedBlocks();
  const before = sentBlocks();
  const { seconds } = await wcscmd(upload);
  const sent = sentBlocks() - before;
  say(`  killed with ${acknowledged} of ${blocks} blocks done; the second run sent the other ${sent}`);
  note(`upload ${name}, killed half way and resumed`, {
    bytes: size - acknowledged * BLOCK,
    seconds,
    right: sent <= blocks - acknowledged + 4 && sent < blocks,
  });
}

/** Makes a prefix equal to a folder while the service fails now and then, and another folder equal to the prefix. */
async function syncTree() {
  const files = 200;
  const size = 16 * 1024;
  for (let index = 0; index < files; index++) {
    const path = join(inFolder('tree'), `folder-${index % 7}`, `file-${index}`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, randomFillSync(Buffer.alloc(size)));
  }
  const failures = emulator.faults.add({ match: { probability: 0.05 }, do: 'status 503' });
  const up = await wcscmd(['sync', inFolder('tree'), 'wcs://demo/tree']);
  failures();
  note(`sync ${files} files, one request in twenty fails`, { bytes: files * size, ...up, right: true });
  const again = await wcscmd(['sync', inFolder('tree'), 'wcs://demo/tree', '--json']);
  const { uploaded, unchanged } = JSON.parse(again.stdout).summary;
  note('sync again: nothing to do', { right: uploaded.files === 0 && unchanged === files });
  const down = await wcscmd(['sync', 'wcs://demo/tree', inFolder('back-tree')]);
  const [sent, received] = await Promise.all([inFolder('tree'), inFolder('back-tree')].map(hashesIn));
  note('sync to another folder, sha256 of each file compared', {
    bytes: files * size,
    ...down,
    right: sent.length === files && sent.join() === received.join(),
  });
}

/** The files of a tree, each with its hash. */
async function hashesIn(tree) {
  const entries = readdirSync(tree, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile());
  const paths = entries.map(entry => join(entry.parentPath, entry.name)).sort();
  return Promise.all(paths.map(async path => `${relative(tree, path)} ${await sha256(path)}`));
}

/** Blocks in the record of the upload under way: lines after its header. */
function finishedBlocks() {
  const [record] = readdirSync(inFolder('.'), { recursive: true }).filter(file => file.endsWith('.upload'));
  return record === undefined
    ? 0
    : readFileSync(inFolder(record), 'utf8')
        .split('\n')
        .filter(line => line.startsWith('{"index"')).length;
}

function sentBlocks() {
  return emulator.requests.filter(({ path }) => path.startsWith('/mkblk/')).length;
}

async function failsWith(what, words, args) {
  const { status, stderr } = await wcscmd(args, { mayFail: true });
  say(`  ${what}: exit ${status}\n    ${stderr.trim().split('\n').join('\n    ')}`);
  note(`error of ${what}`, {
    right: status === 1 && words.test(stderr) && !stderr.includes(emulator.secretKey),
  });
}

async function expiredToken() {
  const token = uploadToken(emulator, { scope: 'demo:late.bin', deadline: Date.now() - 1000 });
  const wcs = new WcsClient({ uploadUrl: emulator.url });
  const error = await wcs
    .upload({ bucket: 'demo', key: 'late.bin', source: inFolder('small.bin'), token })
    .catch(error => error);
  await wcs.close();
  say(`  an expired token, through the SDK:\n    ${error.code}: ${error.message}`);
  note('error of an expired token', { right: error.code === 'UNAUTHORIZED' });
}

function wrongConfig() {
  writeFileSync(
    inFolder('wrong-wcscfg'),
    emulator.clientConfig.replace(emulator.secretKey, 'this-is-not-the-key'),
  );
  return inFolder('wrong-wcscfg');
}

function wcscmd(args, options) {
  const config = args.includes('-c') ? [] : ['-c', inFolder('wcscfg')];
  say(`  $ wcscmd ${args.join(' ').replaceAll(`${folder}/`, '')}`);
  return run('wcscmd', [...config, ...args], options);
}

/** Runs a command of the CLI package; a failure that is not expected ends the demo. */
function run(name, args, { print = false, mayFail = false } = {}) {
  const program = fileURLToPath(new URL(`../../packages/cli/bin/${name}.js`, import.meta.url));
  const env = { ...process.env, XDG_STATE_HOME: inFolder('state') };
  const child = spawn(process.execPath, [program, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const started = performance.now();
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr']) child[stream].on('data', chunk => (output[stream] += chunk));
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', status => {
      if (print) process.stdout.write(output.stdout.replace(/^/gm, '    ').trimEnd().concat('\n'));
      if (status !== 0 && !mayFail)
        reject(new Error(`${name} ${args.join(' ')} ended with ${status}\n${output.stderr}`));
      else resolve({ ...output, status, seconds: (performance.now() - started) / 1000 });
    });
  });
  return Object.assign(ended, { child });
}

async function sha256(path) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
