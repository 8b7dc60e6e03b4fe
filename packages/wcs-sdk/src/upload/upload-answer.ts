import { urlSafeBase64Decode } from '@curve-wcs/etag';
import { type AnswerMembers, isMembers, textMember } from '../http/answer-members.js';
import { ReceivedAnswer } from '../http/received-answer.js';
import type { WireResponse } from '../http/transport.js';

/**
 * The members of an upload's answer: JSON, or URL-safe Base64 of `name=value&…` (wcs-api §2.2), else none.
 *
 * @param ownAnswer - whether the put policy decides what is answered; the service's own answers have the hash
 */
export function uploadAnswer(
  operation: string,
  subject: string,
  response: WireResponse,
  { ownAnswer }: { ownAnswer: boolean },
): AnswerMembers {
  const answer = new ReceivedAnswer(operation, subject, response);
  const text = response.body.toString('utf8').trim();
  const members = /^\{/.test(text) ? parsed(text) : pairsOf(text);
  if (ownAnswer || textMember(members, 'hash') !== undefined) return members;
  // Whoever answered, it was not the service that has stored something; it may say so.
  answer.members();
  throw answer.unusable('no hash');
}

function parsed(text: string): AnswerMembers {
  try {
    const value: unknown = JSON.parse(text);
    return isMembers(value) ? value : {};
  } catch {
    return {};
  }
}

function pairsOf(text: string): AnswerMembers {
  let decoded = text;
  try {
    decoded = Buffer.from(urlSafeBase64Decode(text)).toString('utf8');
  } catch {
    // Plain text it is, then.
  }
  if (!decoded.includes('=')) return {};
  return Object.fromEntries(
    decoded.split('&').map(pair => {
      const [name = '', ...value] = pair.split('=');
      return [name, value.join('=')];
    }),
  );
}
