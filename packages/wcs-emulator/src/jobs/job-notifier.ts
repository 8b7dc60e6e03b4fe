import type { Accounts } from '../auth/accounts.js';
import { sendNotification } from '../notifications/send-notification.js';
import type { OutboundClient } from '../outbound/outbound-client.js';
import type {
  JobItemRecord,
  JobRecord,
  MetadataStore,
  NotificationRecord,
} from '../storage/metadata-store.js';
import { itemCode, jobCode } from './job-codes.js';
import { jobMessage } from './job-message.js';
import type { Job } from './job-status.js';
import { Limiter } from './limiter.js';

/** How many notifications are under way at once, their pauses included. */
const deliveriesAtOnce = 16;

/** The `code` in the notification of a single command: it went well, or not. */
const separateCode = { succeeded: 1, failed: 2 };

/** Tells whoever asked for it what became of a job (section 1.6), and keeps how far that is. */
export class JobNotifier {
  readonly #metadata: MetadataStore;
  readonly #accounts: Accounts;
  readonly #outbound: OutboundClient;
  readonly #retryDelays: readonly number[];
  readonly #limiter = new Limiter(deliveriesAtOnce);

  constructor({
    metadata,
    accounts,
    outbound,
    retryDelays,
  }: {
    metadata: MetadataStore;
    accounts: Accounts;
    outbound: OutboundClient;
    retryDelays: readonly number[];
  }) {
    this.#metadata = metadata;
    this.#accounts = accounts;
    this.#outbound = outbound;
    this.#retryDelays = retryDelays;
  }

  /**
   * Tells of a whole job.
   *
   * @returns whether it was delivered, be it by an earlier run
   */
  async tellJob(
    id: string,
    record: JobRecord,
    items: readonly JobItemRecord[],
    signal: AbortSignal,
  ): Promise<boolean> {
    return this.#deliver({ id, record, items }, jobCode.done, {
      earlier: record.notification,
      signal,
      save: notification =>
        this.#metadata.commit([{ type: 'put-job', id, record: { ...record, notification } }]),
    });
  }

  /** Tells of one command that is over. */
  async tellItem(
    id: string,
    record: JobRecord,
    index: number,
    item: JobItemRecord,
    signal: AbortSignal,
  ): Promise<boolean> {
    const code = item.code === itemCode.failed ? separateCode.failed : separateCode.succeeded;
    return this.#deliver({ id, record, items: [item] }, code, {
      earlier: item.notification,
      signal,
      save: notification =>
        this.#metadata.commit([{ type: 'put-job-item', id, index, item: { ...item, notification } }]),
    });
  }

  async #deliver(
    job: Job,
    code: number,
    {
      earlier,
      signal,
      save,
    }: {
      earlier: NotificationRecord | undefined;
      signal: AbortSignal;
      save: (state: NotificationRecord) => Promise<void>;
    },
  ): Promise<boolean> {
    const { notifyUrl, accessKey } = job.record;
    if (notifyUrl === undefined) return true;
    if (earlier?.delivered !== undefined) return earlier.delivered;
    const { url, body, authorize } = jobMessage(job, notifyUrl, code);
    // An account may be gone after a restart; its jobs are then told of without a signature.
    const account = this.#accounts.get(accessKey);
    return this.#limiter.run(async () => {
      const progress = await sendNotification({
        url,
        body,
        ...(account && { authorize: (payload: string) => authorize(url, payload, account) }),
        client: this.#outbound,
        retryDelays: this.#retryDelays,
        attemptsMade: earlier?.attempts ?? 0,
        onFailure: save,
        signal,
      });
      const delivered = progress.error === undefined;
      await save({ ...progress, delivered });
      return delivered;
    });
  }
}
