import {
  type AnswerMembers,
  numberMember,
  objectMember,
  type Present,
  present,
  textMember,
} from '../http/answer-members.js';
import type { ReceivedAnswer } from '../http/received-answer.js';

/** A stream of a video or sound, as ffprobe describes it. */
export interface AvStream {
  /** Its number, from 0. */
  index?: number;
  /** `video`, `audio`, `subtitle` … */
  type?: string;
  /** Its codec, such as `h264`. */
  codec?: string;
  /** The codec's profile. */
  profile?: string;
  /** Width in pixels. */
  width?: number;
  /** Height in pixels. */
  height?: number;
  /** Pictures in a second. */
  frameRate?: number;
  /** Samples in a second. */
  sampleRate?: number;
  /** Channels of a sound. */
  channels?: number;
  /** Length in seconds. */
  duration?: number;
  /** Bit rate in bit/s. */
  bitRate?: number;
  /** The stream as received. */
  raw: Record<string, unknown>;
}

/** A video's or sound's container, as ffprobe describes it. */
export interface AvFormat {
  /** Its names, such as `mov,mp4,m4a,3gp,3g2,mj2`. */
  name?: string;
  /** Length in seconds. */
  duration?: number;
  /** Size in bytes. */
  size?: number;
  /** Bit rate of all streams together, in bit/s. */
  bitRate?: number;
  /** The format as received. */
  raw: Record<string, unknown>;
}

/** What {@link Media.avinfo} and {@link Media.avinfo2} give. */
export interface AvInfo {
  /** The container. */
  format: AvFormat;
  /** What is in it. */
  streams: AvStream[];
  /** The service's id of the request. */
  requestId?: string;
  /** The answer as received. */
  raw: Record<string, unknown>;
}

/** Reads the answer of both (wcs-api §2.12); ffprobe writes most numbers as strings. */
export function avInfoOf(answer: ReceivedAnswer, members: AnswerMembers): AvInfo {
  const format = objectMember(members, 'format');
  return present({
    format: present({
      name: textMember(format, 'format_name'),
      duration: numberMember(format, 'duration'),
      size: numberMember(format, 'size'),
      bitRate: numberMember(format, 'bit_rate'),
      raw: format,
    }),
    streams: answer.objects(members, 'streams').map(streamOf),
    requestId: answer.wire.requestId,
    raw: members,
  });
}

function streamOf(stream: AnswerMembers): Present<AvStream> {
  return present({
    index: numberMember(stream, 'index'),
    type: textMember(stream, 'codec_type'),
    codec: textMember(stream, 'codec_name'),
    profile: textMember(stream, 'profile'),
    width: numberMember(stream, 'width'),
    height: numberMember(stream, 'height'),
    frameRate: rate(textMember(stream, 'avg_frame_rate') ?? textMember(stream, 'r_frame_rate')),
    sampleRate: numberMember(stream, 'sample_rate'),
    channels: numberMember(stream, 'channels'),
    duration: numberMember(stream, 'duration'),
    bitRate: numberMember(stream, 'bit_rate'),
    raw: stream,
  });
}

/** ffprobe writes rates as fractions: `30000/1001`; `0/0` is none. */
function rate(fraction: string | undefined): number | undefined {
  const [numerator, denominator = '1'] = fraction?.split('/') ?? [];
  const value = Number(numerator) / Number(denominator);
  return Number.isFinite(value) && value > 0 ? value : undefined;
}
