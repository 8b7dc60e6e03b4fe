// Exports a volume until it is killed: node exporter.ts MDS PATH STATE-FOLDER [SOCKET or PORT]
import { CurveClient } from '@curve-wcs/curve-sdk';
import { exportVolume, serveNbd } from '../../src/index.js';

const [mds = '', path = '', stateFolder = '', where = '0'] = process.argv.slice(2);
const curve = await CurveClient.connect({ 'mds.listen.addr': mds }, { user: 'alice' });
const disk = await exportVolume(curve, path, { stateFolder });
const listen = /^\d+$/.test(where) ? { port: Number(where) } : { socket: where };
const server = await serveNbd({ exports: [disk], listen });
process.once('SIGTERM', async () => {
  await server.close();
  await curve.close();
});
console.log(server.uris[0]);
