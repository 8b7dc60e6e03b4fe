// Exports a volume until it is killed: node exporter.ts MDS-or-CLIENT.CONF PATH STATE-FOLDER [SOCKET or PORT]
import { CurveClient } from '@curve-wcs/curve-sdk';
import { exportVolume, serveNbd } from '../../src/index.js';

const [mds = '', path = '', stateFolder = '', where = '0'] = process.argv.slice(2);
const config = mds.endsWith('.conf') ? mds : { 'mds.listen.addr': mds };
const curve = await CurveClient.connect(config, { user: 'alice' });
const disk = await exportVolume(curve, path, { stateFolder });
const listen = /^\d+$/.test(where) ? { port: Number(where) } : { socket: where };
const server = await serveNbd({ exports: [disk], listen });
process.once('SIGTERM', async () => {
  await server.close();
  await curve.close();
});
console.log(server.uris[0]);
