import { type CallOptions, CallScope } from '../call-options.js';
import type { ClientContext } from '../context.js';
import type { DownloadSource } from '../download/options.js';
import { checkSource, downloadFrom, sourceSubject, sourceUrl, withQuery } from '../download/source.js';
import type { AnswerMembers } from '../http/answer-members.js';
import { ReceivedAnswer } from '../http/received-answer.js';
import { withRetry } from '../http/retry.js';
import { SOURCE } from '../known-options.js';
import { checkOptions } from '../public-call.js';

/** What the download domain says of an object: `GET /<key>?op=<operation>` (wcs-api §2.12). Nobody need sign it. */
export async function askAbout<T>(
  client: ClientContext,
  operation: string,
  options: DownloadSource & CallOptions,
  read: (answer: ReceivedAnswer, members: AnswerMembers) => T,
): Promise<T> {
  checkOptions(operation, options, SOURCE, { lenient: true });
  checkSource(options);
  const url = withQuery(sourceUrl(client, options, operation), [`op=${operation}`]);
  const subject = sourceSubject(options);
  using scope = new CallScope(client, operation, options, { signed: false });
  const { context, signal } = scope;
  return await withRetry(
    async () => {
      const opened = await downloadFrom(context, subject, { operation, method: 'GET', url, signal });
      const response = { ...opened, body: await opened.body.whole() };
      const answer = new ReceivedAnswer(operation, subject, response);
      return read(answer, answer.members());
    },
    context.retry,
    signal,
  );
}
