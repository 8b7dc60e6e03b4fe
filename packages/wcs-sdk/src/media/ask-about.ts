import { type CallOptions, CallScope } from '../call-options.js';
import type { ClientContext } from '../context.js';
import type { DownloadSource } from '../download/options.js';
import { checkSource, downloadFrom, sourceSubject, sourceUrl, withQuery } from '../download/source.js';
import { jsonAnswer, requireSuccess } from '../http/answer.js';
import type { AnswerMembers } from '../http/answer-members.js';
import { withRetry } from '../http/retry.js';
import { SOURCE } from '../known-options.js';
import { checkOptions } from '../public-call.js';

/** What the download domain says of an object: `GET /<key>?op=<operation>` (wcs-api §2.12). Nobody need sign it. */
export async function askAbout(
  client: ClientContext,
  operation: string,
  options: DownloadSource & CallOptions,
): Promise<{ members: AnswerMembers; requestId: string | undefined }> {
  checkOptions(operation, options, SOURCE, { lenient: true });
  checkSource(options);
  const url = withQuery(sourceUrl(client, options, operation), [`op=${operation}`]);
  const subject = sourceSubject(options);
  using scope = new CallScope(client, operation, options, { signed: false });
  const { context, signal } = scope;
  const answer = await withRetry(
    async () => {
      const opened = await downloadFrom(context, subject, { operation, method: 'GET', url, signal });
      const response = { ...opened, body: await opened.body.whole() };
      requireSuccess(operation, subject, response);
      return response;
    },
    context.retry,
    signal,
  );
  return { members: jsonAnswer(operation, subject, answer), requestId: answer.requestId };
}
