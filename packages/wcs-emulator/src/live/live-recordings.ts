import { WcsEmulatorError } from '../errors.js';

/** A recording of a live channel. Members beyond these are told as they are. */
export interface LiveRecording {
  /** The bucket that holds it. */
  bucket: string;
  /** The channel that was recorded. */
  channelname: string;
  /** When it begins, as `yyyyMMddHHmmss`. */
  startTime: string;
  /** When it ends, as `yyyyMMddHHmmss`. */
  endTime?: string;
  /** The object's key, perhaps. */
  key?: string;
  /** Whatever else is known of it. */
  [member: string]: unknown;
}

/** The recordings of live channels, as loaded by the user: the emulator records nothing. */
export interface WcsLiveRecordings {
  /**
   * Adds a recording.
   *
   * @throws WcsEmulatorError `INVALID_DATA`
   */
  add(recording: LiveRecording): void;
  /** All recordings, earliest first. */
  list(): LiveRecording[];
  /** Forgets all. */
  clear(): void;
}

const time = /^\d{14}$/;

/** Holds what was loaded. */
export class LiveRecordings implements WcsLiveRecordings {
  #recordings: LiveRecording[] = [];

  constructor(recordings: readonly LiveRecording[] = []) {
    for (const recording of recordings) this.add(recording);
  }

  add(recording: LiveRecording): void {
    const { bucket, channelname, startTime, endTime = startTime } = recording;
    if (![bucket, channelname].every(name => typeof name === 'string' && name !== '')) {
      throw invalid('has a bucket and a channelname');
    }
    if (!time.test(startTime) || !time.test(endTime)) throw invalid('has times of the form yyyyMMddHHmmss');
    this.#recordings.push({ ...recording });
    this.#recordings.sort((one, other) => (one.startTime < other.startTime ? -1 : 1));
  }

  list(): LiveRecording[] {
    return this.#recordings.map(recording => ({ ...recording }));
  }

  clear(): void {
    this.#recordings = [];
  }
}

function invalid(message: string): WcsEmulatorError {
  return new WcsEmulatorError('INVALID_DATA', `a live recording ${message}`);
}
