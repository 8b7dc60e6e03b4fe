import { ServiceError } from '../http/service-error.js';
import type { OutboundClient } from './outbound-client.js';
import type { OutboundResponse } from './transmit.js';

/** How many redirects are followed. */
const maxRedirects = 5;

/** The longest that a source may take to deliver, in milliseconds: an hour. */
const timeout = 3_600_000;

/** What a source said instead of delivering: its status is the error's. */
export class SourceError extends ServiceError {}

/**
 * Gets what is at a URL, wherever it leads; each address on the way must be an allowed one.
 *
 * @param read - takes the answer, whose status is 200
 * @throws SourceError when the source answers anything else; OutboundError when it does not answer
 */
export async function fetchSource<T>(
  outbound: OutboundClient,
  url: string,
  read: (response: OutboundResponse) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  let location = url;
  for (let redirects = 0; redirects <= maxRedirects; redirects++) {
    const outcome = await outbound.open(
      { purpose: 'fetch', method: 'GET', url: location, timeout, ...(signal && { signal }) },
      async response => {
        const { status, headers } = response;
        if (status === 200) return { result: await read(response) };
        const isRedirect = [301, 302, 303, 307, 308].includes(status) && headers.location !== undefined;
        if (isRedirect && URL.canParse(headers.location ?? '', location)) {
          return { location: new URL(headers.location ?? '', location).href };
        }
        throw new SourceError(status, `the source answered ${status}`);
      },
    );
    if ('result' in outcome) return outcome.result;
    location = outcome.location;
  }
  throw new SourceError(508, `the source redirects more than ${maxRedirects} times`);
}
