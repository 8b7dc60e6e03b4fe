import { setTimeout as delay } from 'node:timers/promises';
import type { NativeConfig } from '@curve-wcs/curve-native';
import type { CBDClient } from '../cbd/cbd-client.js';
import { INODE_DIRECTORY } from '../cbd/constants.js';
import { errorName, LIBCURVE_ERROR } from '../cbd/error-codes.js';
import { FileInfo_t, type UserInfo, UserInfo_t } from '../cbd/types.js';
import { bench } from './bench.js';
import { type CallForm, Calls } from './calls.js';
import { type Command, parseScript, ScriptError } from './command.js';
import { firstDifference, isZero, pattern } from './pattern.js';
import { processStatus } from './process-status.js';

/** What a script needs from outside. */
export interface ScriptOptions {
  /** Takes the lines. */
  readonly print: (line: string) => void;
  /** Gives the configuration for the word after `init`. */
  readonly config: (word: string) => NativeConfig;
  /** Whether calls wait in this thread, as the Python class does, or as promises. */
  readonly form: CallForm;
  /** Ends after so many milliseconds. */
  readonly sleep?: (milliseconds: number) => Promise<unknown>;
}

/** What a command prints: the number, details on its line, lines after it; `before` comes above it. */
interface Outcome {
  readonly result: number;
  readonly details?: string;
  readonly before?: readonly string[];
  readonly after?: readonly string[];
}

const NONE: Outcome = { result: 0 };
const CLUSTER_ID_BUFFER = 256;
const PREPARED_WRITE = 2 ** 20;
const PREPARED_SEED = 7;

/** Runs scripts on one client, and remembers the caller, the last descriptor and the last id between commands. */
export class ScriptRunner {
  readonly #options: ScriptOptions;
  readonly #calls: Calls;
  readonly #commands: ReadonlyMap<string, (command: Command) => Outcome | Promise<Outcome>>;
  #user: UserInfo = new UserInfo_t();
  #lastFd = -1;
  #lastId = 0;

  constructor(client: CBDClient, options: ScriptOptions) {
    this.#options = options;
    this.#calls = new Calls(client, options.form);
    this.#commands = this.#table();
  }

  /** Runs a script; its lines go to `print`. */
  async run(text: string): Promise<void> {
    for (const command of parseScript(text)) await this.execute(command);
  }

  /** Runs one command. */
  async execute(command: Command): Promise<void> {
    const action = this.#commands.get(command.name);
    if (action === undefined) throw new ScriptError(`unknown command: ${command.line}`);
    const started = process.hrtime.bigint();
    const { result, details = '', before = [], after = [] } = await action(command);
    const microseconds = (process.hrtime.bigint() - started) / 1000n;
    const name = result < 0 && result >= -LIBCURVE_ERROR.UNKNOWN ? ` [${errorName(result)}]` : '';
    const line = `${command.line} => ${result}${name}${details} (${microseconds} us)`;
    for (const printed of [...before, line, ...after]) this.#options.print(printed);
  }

  #table(): Map<string, (command: Command) => Outcome | Promise<Outcome>> {
    const calls = this.#calls;
    const code = async (result: number | Promise<number>): Promise<Outcome> => ({ result: await result });
    return new Map<string, (command: Command) => Outcome | Promise<Outcome>>([
      ['init', c => code(calls.do('Init', this.#options.config(c.word(0))))],
      ['uninit', () => this.#uninit()],
      ['user', c => this.#setUser(c)],
      ['create', c => code(calls.do('Create', c.word(0), this.#user, c.number(1)))],
      ['create2', c => code(this.#create2(c))],
      ['extend', c => code(calls.do('Extend', c.word(0), this.#user, c.number(1)))],
      ['extend4qemu', c => code(calls.do('Extend4Qemu', c.word(0), c.number(1)))],
      ['stat', c => this.#stat(info => calls.statFile(c.word(0), this.#user, info))],
      ['stat4qemu', c => this.#stat(info => calls.do('StatFile4Qemu', c.word(0), info))],
      ['open', c => this.#open(calls.do('Open', c.word(0), this.#user))],
      ['open4qemu', c => this.#open(calls.do('Open4Qemu', c.word(0)))],
      ['close', c => code(calls.do('Close', this.#fd(c)))],
      ['write', c => code(calls.do('Write', this.#fd(c), ...this.#patternFor(c)))],
      ['read', c => this.#read(c)],
      ['discard', c => code(calls.do('Discard', this.#fd(c), c.number(1), c.number(2)))],
      ['aiowrite', c => this.#aio('AioWrite', c)],
      ['aioread', c => this.#aio('AioRead', c)],
      ['aiodiscard', c => this.#aio('AioDiscard', c)],
      ['rename', c => code(calls.do('Rename', this.#user, c.word(0), c.word(1)))],
      ['mkdir', c => code(calls.do('Mkdir', c.word(0), this.#user))],
      ['rmdir', c => code(calls.do('Rmdir', c.word(0), this.#user))],
      ['unlink', c => code(calls.do('Unlink', c.word(0), this.#user))],
      ['delforce', c => code(calls.do('DeleteForce', c.word(0), this.#user))],
      ['recover', c => code(calls.do('Recover', c.word(0), this.#user, this.#id(c, 1)))],
      ['chown', c => code(calls.do('ChangeOwner', c.word(0), c.word(1), this.#user))],
      ['ls', c => this.#list(c)],
      ['clusterid', c => this.#clusterId(c)],
      ['errname', () => errorNames()],
      ['incepoch', c => code(calls.do('IncreaseEpoch', c.word(0)))],
      ['poolsets', () => this.#poolsets()],
      ['sleep', c => this.#sleep(c)],
      ['rss', () => ({ result: 0, details: ` ${processStatus()}` })],
      ['prep', c => code(this.#prepare(c))],
      ['bench', c => this.#bench(c)],
    ]);
  }

  async #uninit(): Promise<Outcome> {
    await this.#calls.uninit();
    return NONE;
  }

  #setUser(command: Command): Outcome {
    const name = command.word(0);
    this.#user = new UserInfo_t(name === '-' ? '' : name, command.word(1));
    return NONE;
  }

  #create2(command: Command): number | Promise<number> {
    return this.#calls.do('Create2', {
      name: command.word(0),
      length: command.number(1),
      user: this.#user,
      stripeUnit: command.number(2),
      stripeCount: command.number(3),
      poolset: command.word(4),
    });
  }

  async #open(opening: number | Promise<number>): Promise<Outcome> {
    const result = await opening;
    if (result >= 0) this.#lastFd = result;
    return { result };
  }

  async #stat(call: (info: FileInfo_t) => number | Promise<number>): Promise<Outcome> {
    const info = new FileInfo_t();
    const result = await call(info);
    if (result < 0) return { result };
    this.#lastId = info.id;
    return {
      result,
      details:
        ` {id=${info.id} parent=${info.parentid} type=${typeName(info)} length=${info.length} ctime=${info.ctime}` +
        ` name='${info.filename}' owner='${info.owner}' status=${info.fileStatus} su=${info.stripeUnit}` +
        ` sc=${info.stripeCount} bs=${info.blocksize}}`,
    };
  }

  async #read(command: Command): Promise<Outcome> {
    const [offset, length] = [command.number(1), command.number(2)];
    const data = await this.#calls.read(this.#fd(command), offset, length);
    if (typeof data === 'number') return { result: data };
    return {
      result: data.length,
      details: data.length === 0 ? '' : compared(data, offset, command.word(3), command),
    };
  }

  async #aio(name: 'AioRead' | 'AioWrite' | 'AioDiscard', command: Command): Promise<Outcome> {
    const fd = this.#fd(command);
    const [offset, length] = [command.number(1), command.number(2)];
    const buf =
      name === 'AioWrite'
        ? pattern(length, offset, command.number(3))
        : Buffer.alloc(name === 'AioRead' ? length : 0);
    const { returned, ret } = await this.#calls.aio(name, fd, { offset, length, buf });
    if (ret === undefined || returned < 0) return { result: returned };
    const read = name === 'AioRead' && ret === length;
    return {
      result: returned,
      details: ` cb.ret=${ret}${read ? compared(buf, offset, command.word(3), command) : ''}`,
    };
  }

  async #list(command: Command): Promise<Outcome> {
    const { result, entries } = await this.#calls.list(command.word(0), this.#user);
    return {
      result,
      details: ` n=${entries.length}`,
      after: entries.map(
        entry =>
          `    ${typeName(entry)} id=${entry.id} parent=${entry.parentid} len=${entry.length}` +
          ` '${entry.filename}' owner=${entry.owner}`,
      ),
    };
  }

  async #clusterId(command: Command): Promise<Outcome> {
    const buffer = Buffer.alloc(command.word(0) === '' ? CLUSTER_ID_BUFFER : command.number(0));
    const result = await this.#calls.clusterId(buffer);
    const id = result === 0 ? buffer.subarray(0, buffer.indexOf(0)).toString() : '';
    return { result, details: ` '${id}'` };
  }

  async #poolsets(): Promise<Outcome> {
    const names = await this.#calls.poolsets();
    return { result: names.length, details: names.map(name => ` '${name}'`).join('') };
  }

  async #sleep(command: Command): Promise<Outcome> {
    await (this.#options.sleep ?? delay)(command.number(0));
    return NONE;
  }

  async #prepare(command: Command): Promise<number> {
    const fd = this.#fd(command);
    const [start, length] = [command.number(1), command.number(2)];
    for (let done = 0; done < length; done += PREPARED_WRITE) {
      const size = Math.min(PREPARED_WRITE, length - done);
      const data = pattern(size, start + done, PREPARED_SEED);
      const result = await this.#calls.do('Write', fd, data, start + done, size);
      if (result < 0) return result;
    }
    return LIBCURVE_ERROR.OK;
  }

  async #bench(command: Command): Promise<Outcome> {
    const details = await bench(this.#calls.client, {
      fd: this.#fd(command),
      write: oneOf(command, 1, 'w', 'r'),
      random: oneOf(command, 2, 'rand', 'seq'),
      blockSize: command.number(3),
      depth: command.number(4),
      seconds: command.number(5),
      offset: command.number(6),
      range: command.number(7),
    });
    return { result: 0, details: ` ${details}` };
  }

  #fd(command: Command): number {
    return command.word(0) === 'fd' ? this.#lastFd : command.number(0);
  }

  #id(command: Command, index: number): number {
    return command.word(index) === 'lastid' ? this.#lastId : command.number(index);
  }

  #patternFor(command: Command): [Buffer, number, number] {
    const [offset, length] = [command.number(1), command.number(2)];
    return [pattern(length, offset, command.number(3)), offset, length];
  }
}

function typeName({ filetype }: FileInfo_t): string {
  return filetype === INODE_DIRECTORY ? 'DIR' : 'PAGEFILE';
}

function errorNames(): Outcome {
  const codes = [...Array(33).keys(), LIBCURVE_ERROR.UNKNOWN];
  return { result: 0, before: codes.map(code => `${code} ${errorName(code)}`) };
}

/** What the comparison that a read asks for found. */
function compared(data: Uint8Array, offset: number, wanted: string, command: Command): string {
  if (wanted === '') return '';
  if (wanted === 'zero') return isZero(data) ? ' ALLZERO' : ' NOTZERO';
  const at = firstDifference(data, pattern(data.length, offset, command.number(3)));
  return at === -1 ? ' DATA-OK' : ` DATA-MISMATCH@${at}`;
}

/** Whether a word is `yes`; it must be that or `no`. */
function oneOf(command: Command, index: number, yes: string, no: string): boolean {
  const word = command.word(index);
  if (word !== yes && word !== no)
    throw new ScriptError(`${word} is neither ${yes} nor ${no}: ${command.line}`);
  return word === yes;
}
