import type { Socket } from 'node:net';
import type { NbdExport } from '../export.js';
import {
  ALLOCATION_CONTEXT,
  ClientFlag,
  Info,
  MAX_STRING,
  Option,
  OptionReply,
  TransmissionFlag,
} from '../protocol/constants.js';
import {
  CLIENT_FLAGS_LENGTH,
  decodeClientFlags,
  decodeExportRequest,
  decodeMetaContextRequest,
  decodeName,
  decodeOptionHeader,
  encodeExportNameAnswer,
  encodeGreeting,
  encodeInfoBlockSize,
  encodeInfoExport,
  encodeInfoText,
  encodeMetaContext,
  encodeOptionReply,
  encodeServer,
  InvalidOption,
  OPTION_HEADER_LENGTH,
  ProtocolViolation,
} from '../protocol/handshake.js';
import type { Agreement } from './answers.js';
import type { Catalog } from './catalog.js';
import type { Channel } from './channel.js';
import { MAX_PAYLOAD } from './limits.js';

/** How a server speaks TLS. */
export interface TlsPolicy {
  /** Whether nothing is told to who does not. */
  readonly required: boolean;
  upgrade(socket: Socket): Promise<Socket>;
}

/** Options of one handshake. Clients need half a dozen. */
const MOST_OPTIONS = 128;
/** Bytes of an option's data that are looked at: a name, and some queries. */
const MOST_DATA = 16 * MAX_STRING;
/** Bytes of an option's data that are read at all. */
const MOST_SKIPPED = 2 ** 20;
const CONTEXT_ID = 1;

/**
 * Haggles with a client (doc/proto.md, "Handshake") until they agree on an export.
 *
 * @returns undefined if the client has gone, or said that it will
 * @throws ProtocolViolation
 */
export async function negotiate(
  channel: Channel,
  catalog: Catalog,
  tls: TlsPolicy | undefined,
): Promise<Agreement | undefined> {
  channel.write(encodeGreeting());
  const flags = await channel.read(CLIENT_FLAGS_LENGTH);
  if (flags === undefined) return undefined;
  return new Negotiation(channel, catalog, tls, decodeClientFlags(flags)).run();
}

/** What a client has asked for so far. */
class Negotiation {
  readonly #channel: Channel;
  readonly #catalog: Catalog;
  readonly #tls: TlsPolicy | undefined;
  readonly #isFixed: boolean;
  readonly #noZeroes: boolean;
  #structured = false;
  /** The export that `base:allocation` was selected for. */
  #allocationOf: NbdExport | undefined;

  constructor(channel: Channel, catalog: Catalog, tls: TlsPolicy | undefined, clientFlags: number) {
    this.#channel = channel;
    this.#catalog = catalog;
    this.#tls = tls;
    this.#isFixed = (clientFlags & ClientFlag.fixedNewstyle) !== 0;
    this.#noZeroes = (clientFlags & ClientFlag.noZeroes) !== 0;
  }

  async run(): Promise<Agreement | undefined> {
    for (let count = 0; count < MOST_OPTIONS; count++) {
      const bytes = await this.#channel.read(OPTION_HEADER_LENGTH);
      if (bytes === undefined) return undefined;
      const { option, length } = decodeOptionHeader(bytes);
      const data = await this.#data(option, length);
      if (data === 'gone') return undefined;
      const outcome = await this.#answer(option, data);
      if (outcome === 'gone') return undefined;
      if (outcome !== undefined) return outcome;
    }
    throw new ProtocolViolation(`more than ${MOST_OPTIONS} options`);
  }

  /** An option's data; undefined if it is more than is looked at. */
  async #data(option: number, length: number): Promise<Buffer | undefined | 'gone'> {
    if (length <= MOST_DATA) return (await this.#channel.read(length)) ?? 'gone';
    if (length > MOST_SKIPPED || option === Option.exportName) {
      throw new ProtocolViolation(`an option with ${length} bytes of data`);
    }
    return (await this.#channel.skip(length)) ? undefined : 'gone';
  }

  async #answer(option: number, data: Buffer | undefined): Promise<Agreement | undefined | 'gone'> {
    if (option === Option.exportName && data !== undefined) return this.#exportName(data);
    // Clients without fixed newstyle know no replies.
    if (!this.#isFixed) throw new ProtocolViolation(`option ${option} without fixed newstyle`);
    if (option === Option.abort) {
      this.#reply(option, OptionReply.ack);
      return 'gone';
    }
    if (this.#mustBeSecure && option !== Option.startTls) {
      return this.#refuse(option, OptionReply.errorTlsRequired, 'begin TLS first');
    }
    if (data === undefined) return this.#refuse(option, OptionReply.errorTooBig, 'too much data');
    try {
      return await this.#haggle(option, data);
    } catch (error) {
      if (!(error instanceof InvalidOption)) throw error;
      return this.#refuse(option, OptionReply.errorInvalid, error.message);
    }
  }

  async #haggle(option: number, data: Buffer): Promise<Agreement | undefined> {
    switch (option) {
      case Option.list:
        return this.#list(data);
      case Option.startTls:
        return this.#startTls(data);
      case Option.info:
      case Option.go:
        return this.#info(option, data);
      case Option.structuredReply:
        return this.#structuredReply(data);
      case Option.listMetaContext:
      case Option.setMetaContext:
        return this.#metaContext(option, data);
      default:
        return this.#refuse(option, OptionReply.errorUnsupported, 'no such option here');
    }
  }

  get #mustBeSecure(): boolean {
    return this.#tls?.required === true && !this.#channel.isSecure;
  }

  /** The old way into transmission; it knows no refusal but the end of the connection. */
  async #exportName(data: Buffer): Promise<Agreement> {
    if (this.#mustBeSecure) throw new ProtocolViolation('an export was asked for without TLS');
    const name = nameIn(data);
    const found = name === undefined ? undefined : this.#catalog.find(name);
    if (found === undefined) throw new ProtocolViolation(`there is no export ${JSON.stringify(name ?? '?')}`);
    await found.refresh();
    const agreement = this.#agreementOn(found);
    this.#channel.write(
      encodeExportNameAnswer(agreement.size, this.#transmissionFlags(found), this.#noZeroes),
    );
    return agreement;
  }

  #list(data: Buffer): undefined {
    requireNone(data);
    for (const { name, description } of this.#catalog.all) {
      this.#reply(Option.list, OptionReply.server, encodeServer(name, description));
    }
    return this.#reply(Option.list, OptionReply.ack);
  }

  async #startTls(data: Buffer): Promise<undefined> {
    const option = Option.startTls;
    requireNone(data);
    if (this.#channel.isSecure) throw new InvalidOption('TLS has begun already');
    const tls = this.#tls;
    if (tls === undefined) return this.#refuse(option, OptionReply.errorPolicy, 'this server has no TLS');
    this.#reply(option, OptionReply.ack);
    // Nothing that was said before counts any more.
    this.#structured = false;
    this.#allocationOf = undefined;
    await this.#channel.secure(socket => tls.upgrade(socket));
    return undefined;
  }

  async #info(option: number, data: Buffer): Promise<Agreement | undefined> {
    const { name, information } = decodeExportRequest(data);
    const found = this.#catalog.find(name);
    if (found === undefined) return this.#unknown(option, name);
    await found.refresh();
    const agreement = this.#agreementOn(found);
    const tell = (info: Buffer) => this.#reply(option, OptionReply.info, info);
    tell(encodeInfoExport(agreement.size, this.#transmissionFlags(found)));
    if (information.includes(Info.name)) tell(encodeInfoText(Info.name, found.name));
    if (information.includes(Info.description)) tell(encodeInfoText(Info.description, found.description));
    const { preferredBlockSize: preferred } = found;
    tell(encodeInfoBlockSize({ minimum: 1, preferred, maximum: MAX_PAYLOAD }));
    this.#reply(option, OptionReply.ack);
    return option === Option.go ? agreement : undefined;
  }

  #structuredReply(data: Buffer): undefined {
    requireNone(data);
    this.#structured = true;
    return this.#reply(Option.structuredReply, OptionReply.ack);
  }

  #metaContext(option: number, data: Buffer): undefined {
    const isSet = option === Option.setMetaContext;
    if (isSet) this.#allocationOf = undefined;
    if (!this.#structured) throw new InvalidOption('structured replies come first');
    const { name, queries } = decodeMetaContextRequest(data);
    const found = this.#catalog.find(name);
    if (found === undefined) return this.#unknown(option, name);
    const isMeant = isSet
      ? queries.includes(ALLOCATION_CONTEXT)
      : queries.length === 0 || queries.some(query => query === ALLOCATION_CONTEXT || query === 'base:');
    if (isSet && isMeant) this.#allocationOf = found;
    if (isMeant) {
      const id = isSet ? CONTEXT_ID : 0;
      this.#reply(option, OptionReply.metaContext, encodeMetaContext(id, ALLOCATION_CONTEXT));
    }
    return this.#reply(option, OptionReply.ack);
  }

  #agreementOn(found: NbdExport): Agreement {
    return {
      export: found,
      size: found.size,
      isReadOnly: found.isReadOnly,
      structured: this.#structured,
      allocation: this.#allocationOf === found,
      contextId: CONTEXT_ID,
    };
  }

  #transmissionFlags({ isReadOnly }: NbdExport): number {
    const { hasFlags, readOnly, sendFlush, sendFua, canMultiConn, sendCache } = TransmissionFlag;
    const { sendTrim, sendWriteZeroes, sendFastZero, sendDf } = TransmissionFlag;
    const always = hasFlags | sendFlush | sendFua | canMultiConn | sendCache;
    const writing = isReadOnly ? readOnly : sendTrim | sendWriteZeroes | sendFastZero;
    return always | writing | (this.#structured ? sendDf : 0);
  }

  #unknown(option: number, name: string): undefined {
    return this.#refuse(option, OptionReply.errorUnknown, `there is no export ${JSON.stringify(name)}`);
  }

  #refuse(option: number, type: (typeof OptionReply)[keyof typeof OptionReply], message: string): undefined {
    return this.#reply(option, type, message.slice(0, MAX_STRING / 4));
  }

  #reply(
    option: number,
    type: (typeof OptionReply)[keyof typeof OptionReply],
    data?: Uint8Array | string,
  ): undefined {
    this.#channel.write(encodeOptionReply(option, type, data));
  }
}

function requireNone(data: Buffer): void {
  if (data.length > 0) throw new InvalidOption('this option has no data');
}

function nameIn(data: Buffer): string | undefined {
  try {
    return decodeName(data);
  } catch {
    return undefined;
  }
}
