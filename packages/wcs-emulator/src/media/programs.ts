/** The programs of other makers that are run on objects. */
export interface Programs {
  /** Describes audio and video. */
  ffprobe: string;
  /** Converts audio and video; absent when that is not wanted. */
  ffmpeg: string | undefined;
  /** Where files for them may be put; emptied when the emulator starts. */
  folder: string;
}
