import type { WcsCredentials } from '../auth/accounts.js';
import { callbackAuthorization } from '../auth/callback-signature.js';
import type { Reply } from '../http/reply.js';
import { ServiceError } from '../http/service-error.js';
import type { OutboundClient } from '../outbound/outbound-client.js';
import { OutboundError } from '../outbound/outbound-error.js';

/**
 * Tells an application of an upload (section 1.6), and answers the uploader with what it says. The signature
 * covers the URL with its query, and the body encoded once more.
 *
 * @param url - as the policy has it
 * @param body - in the form of a query
 * @throws ServiceError 579 unless the application answers 200 and JSON
 */
export async function sendCallback({
  url,
  body,
  account,
  client,
}: {
  url: string;
  body: string;
  account: WcsCredentials;
  client: OutboundClient;
}): Promise<Reply> {
  const answer = await client
    .send({
      purpose: 'callback',
      url,
      headers: {
        'Content-Type': 'application/x-www-form-urlencoded',
        Authorization: callbackAuthorization(url, body, account),
      },
      body: Buffer.from(body),
    })
    .catch((error: unknown) => {
      if (error instanceof OutboundError) throw callbackFailed(error.message, error);
      throw error;
    });
  if (answer.status !== 200)
    throw callbackFailed(`it answered ${answer.status}: ${answer.text.slice(0, 1000)}`);
  try {
    JSON.parse(answer.text);
  } catch (error) {
    throw callbackFailed('its answer is not JSON', error);
  }
  return { status: 200, headers: { 'Content-Type': 'application/json' }, body: Buffer.from(answer.text) };
}

function callbackFailed(reason: string, cause?: unknown): ServiceError {
  return new ServiceError(579, `the object is stored, but its callback failed: ${reason}`, { cause });
}
