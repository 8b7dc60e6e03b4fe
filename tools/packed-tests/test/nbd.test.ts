import { describe, expect, it } from 'vitest';
import { packed, program } from './support/packed.js';

const project = packed.everything;

/** Writes and reads through an export, twice in one process, by the bytes of the NBD protocol. */
const EXCHANGE = `
  const option = (number, data) => {
    const head = Buffer.alloc(16);
    head.write('IHAVEOPT');
    head.writeUInt32BE(number, 8);
    head.writeUInt32BE(data.length, 12);
    return Buffer.concat([head, data]);
  };
  const request = (command, length) => {
    const bytes = Buffer.alloc(28);
    bytes.writeUInt32BE(0x25609513, 0);
    bytes.writeUInt16BE(command, 6);
    bytes.writeUInt32BE(length, 24);
    return bytes;
  };
  async function talk(net, path, name) {
    const socket = net.connect(path);
    const chunks = [];
    socket.on('data', chunk => chunks.push(chunk));
    const received = async length => {
      while (Buffer.concat(chunks).length < length) await new Promise(resolve => socket.once('data', resolve));
      const all = Buffer.concat(chunks);
      chunks.splice(0, chunks.length, all.subarray(length));
      return all.subarray(0, length);
    };
    const greeting = (await received(18)).toString('latin1', 0, 16);
    socket.write(Buffer.concat([Buffer.from([0, 0, 0, 3]), option(1, Buffer.from(name))]));
    const size = (await received(10)).readBigUInt64BE(0);
    socket.write(Buffer.concat([request(1, 5), Buffer.from('hello')]));
    const errors = (await received(16)).readUInt32BE(4);
    socket.write(request(0, 5));
    const answer = await received(21);
    socket.write(request(2, 0));
    return [greeting, size, errors, answer.toString('utf8', 16)].join(' ');
  }
  async function exchange(net, emulators, sdk, nbd) {
    const emulator = await emulators.startCurveEmulator();
    const curve = await sdk.CurveClient.connect(emulator.clientConfPath, { user: 'alice' });
    const said = [];
    for (const name of ['one', 'two']) {
      await curve.createVolume('/' + name, { size: 10 * 2 ** 30 });
      const disk = await nbd.exportVolume(curve, '/' + name);
      const path = emulator.dataDir + '/socket';
      const server = await nbd.serveNbd({ exports: [disk], listen: { socket: path } });
      said.push(await talk(net, path, name));
      await server.close();
    }
    await curve.close();
    await emulator.close();
    return said.join('\\n');
  }`;

const ESM = `
  import net from 'node:net';
  import * as emulators from '@curve-wcs/curve-emulator';
  import * as nbd from '@curve-wcs/curve-nbd';
  import * as sdk from '@curve-wcs/curve-sdk';
  ${EXCHANGE}
  console.log(await exchange(net, emulators, sdk, nbd));`;

const COMMON_JS = `
  const net = require('node:net');
  const emulators = require('@curve-wcs/curve-emulator');
  const nbd = require('@curve-wcs/curve-nbd');
  const sdk = require('@curve-wcs/curve-sdk');
  ${EXCHANGE}
  exchange(net, emulators, sdk, nbd).then(console.log);`;

const SAID = 'NBDMAGICIHAVEOPT 10737418240 0 hello\nNBDMAGICIHAVEOPT 10737418240 0 hello\n';

describe.each(['20', '22', '24'])('on Node.js %s', node => {
  it('ES modules serve volumes', async () => {
    expect(await program(project, `nbd-${node}.mjs`, ESM, { node })).toBe(SAID);
  });

  it('CommonJS serves volumes', async () => {
    expect(await program(project, `nbd-${node}.cjs`, COMMON_JS, { node })).toBe(SAID);
  });
});
