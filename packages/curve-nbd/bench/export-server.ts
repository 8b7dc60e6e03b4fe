// The server that is measured, in a process of its own: node export-server.js MDS SOCKET. Ends with its standard input.
import { exportVolume, serveNbd } from '@curve-wcs/curve-nbd';
import { CurveClient } from '@curve-wcs/curve-sdk';

const [mds = '', socket = ''] = process.argv.slice(2);
const curve = await CurveClient.connect({ 'mds.listen.addr': mds }, { user: 'bench' });
const disk = await exportVolume(curve, '/bench', { shared: true });
const server = await serveNbd({ exports: [disk], listen: { socket } });
console.log(server.uris[0]);
process.stdin.resume();
process.stdin.once('end', async () => {
  await server.close({ deadline: 1000 });
  await curve.close({ deadline: 1000 });
});
