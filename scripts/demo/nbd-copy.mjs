// Copies the beginning of an NBD export into a file: with qemu-img where it is installed, else with a client of our own.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { connect } from 'node:net';
import { promisify } from 'node:util';

const PIECE = 2 ** 20;

/** Copies, and says with what. */
export async function copyExport(socket, name, size, target) {
  const served = `file.driver=nbd,file.path=${socket},file.export=${name}`;
  const source = `driver=raw,size=${size},${served}`;
  const argv = ['convert', '--image-opts', source, '-O', 'raw', target];
  try {
    await promisify(execFile)('qemu-img', argv);
    return 'qemu-img';
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  await copyOurselves(socket, name, size, target);
  return 'a client of 50 lines, since there is no qemu-img';
}

/** The least that the NBD protocol takes (doc/proto.md): fixed newstyle, EXPORT_NAME, READ and DISC. */
async function copyOurselves(socketPath, name, size, target) {
  const file = await open(target, 'w');
  const socket = connect(socketPath);
  try {
    await once(socket, 'connect');
    const take = reader(socket);
    await take(18);
    const option = Buffer.from(`\0\0\0\x03IHAVEOPT\0\0\0\x01\0\0\0\0${name}`, 'latin1');
    option.writeUInt32BE(Buffer.byteLength(name), 16);
    socket.write(option);
    await take(10);
    for (let offset = 0; offset < size; offset += PIECE) {
      socket.write(request(0, offset, Math.min(PIECE, size - offset)));
      const reply = await take(16);
      if (reply.readUInt32BE(4) !== 0) throw new Error(`NBD error ${reply.readUInt32BE(4)}`);
      await file.write(await take(Math.min(PIECE, size - offset)), 0, undefined, offset);
    }
    socket.end(request(2, 0, 0));
  } finally {
    await file.close();
    socket.destroy();
  }
}

function request(command, offset, length) {
  const bytes = Buffer.alloc(28);
  bytes.writeUInt32BE(0x25609513, 0);
  bytes.writeUInt16BE(command, 6);
  bytes.writeBigUInt64BE(BigInt(offset), 16);
  bytes.writeUInt32BE(length, 24);
  return bytes;
}

/** Gives the next bytes of a connection, so many at a time. */
function reader(socket) {
  const chunks = socket[Symbol.asyncIterator]();
  let held = Buffer.alloc(0);
  return async length => {
    const parts = [held];
    let missing = length - held.length;
    while (missing > 0) {
      const { value, done } = await chunks.next();
      if (done) throw new Error('the server has closed the connection');
      parts.push(value);
      missing -= value.length;
    }
    const bytes = Buffer.concat(parts);
    held = bytes.subarray(length);
    return bytes.subarray(0, length);
  };
}
