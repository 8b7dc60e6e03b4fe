// Appends pieces to an object of a configuration's service, one after the other, from one of them on:
//
//   appender.js CONFIG KEY PIECE-SIZE FROM TO
import { WcsClient } from '@curve-wcs/wcs-sdk';

const [config = '', key = '', size = '', from = '', to = ''] = process.argv.slice(2);
await using client = await WcsClient.fromConfig(config);
for (let piece = Number(from); piece < Number(to); piece++) {
  const source = Buffer.alloc(Number(size), `piece ${piece} `);
  await client.append({ bucket: 'demo', key, source, position: piece * Number(size) });
}
