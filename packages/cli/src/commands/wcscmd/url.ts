import { parseLifetime } from '../../options/parse-lifetime.js';
import type { WcscmdCommand } from '../../wcscmd/command.js';
import { openClient } from '../../wcscmd/open-client.js';
import { parseObjectUrl } from '../../wcscmd/wcs-url.js';

export const url: WcscmdCommand = {
  name: 'url',
  usage: 'wcs://BUCKET/KEY',
  minimum: 1,
  maximum: 1,
  summary: "print an object's download URL",
  details: `Nothing is asked of the service: the object need not exist. --expires TIME signs the URL, for download domains
that ask for it; TIME is a number of seconds, or one with s, m, h or d. Whoever has a signed URL may
download until then.
`,
  async run(context) {
    const { out, options, operands } = context;
    const object = parseObjectUrl(operands[0] ?? '');
    const lifetime = parseLifetime('expires', options.get('expires'));
    const keys = lifetime === undefined ? [] : (['access_key', 'secret_key'] as const);
    await using client = await openClient(context, [...keys, 'get_url']);
    if (lifetime === undefined) {
      const address = client.objectUrl(object);
      if (out.json) out.value({ ...object, url: address });
      else out.line(address);
      return;
    }
    const expires = new Date((Math.floor(Date.now() / 1000) + lifetime) * 1000);
    const address = client.downloadUrl({ ...object, expires });
    if (out.json) out.value({ ...object, url: address, expires });
    else out.line(address);
  },
};
