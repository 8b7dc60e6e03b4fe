import type { SettingName } from '@curve-wcs/wcs-sdk';

/** A question of the `--configure` dialogue. */
export interface Question {
  setting: SettingName;
  /** What scripts that answer the dialogue wait for: as in the official tool, to the letter. */
  label: string;
  /** A line of explanation before the question. */
  caption?: string;
  /** It is answered with yes or no, and saved as True or False. */
  yesNo?: boolean;
}

/** The questions in their order. */
export const QUESTIONS: readonly Question[] = [
  { setting: 'access_key', label: 'Access Key', caption: 'The key pair of your WCS account' },
  { setting: 'secret_key', label: 'Secret Key' },
  { setting: 'put_url', label: 'PUT_URL', caption: 'Upload domain' },
  { setting: 'mgr_url', label: 'MGR_URL', caption: 'Management domain' },
  {
    setting: 'block_size',
    label: 'Block_Size',
    caption: 'Block size of uploads in blocks: a multiple of 4194304',
  },
  { setting: 'bput_size', label: 'Bput_Size', caption: 'Bytes in each request of such an upload' },
  { setting: 'connection_retries', label: 'Connection_Retires', caption: 'Retries of a failed request' },
  {
    setting: 'connection_timeout',
    label: 'Connection_Timeout',
    caption: 'Seconds to wait for a silent service',
  },
  { setting: 'mkblk_retries', label: 'Mkblk_Retries', caption: 'Retries of a failed block' },
  { setting: 'bput_retries', label: 'Bput_Retries', caption: 'Retries of a failed part of a block' },
  { setting: 'mkfile_retries', label: 'Mkfile_Retries', caption: 'Retries of the joining of blocks' },
  {
    setting: 'tmp_record_folder',
    label: 'Tmp_Record_Folder',
    caption: 'Folder that remembers unfinished uploads',
  },
  { setting: 'concurrency', label: 'Concurrency', caption: 'Blocks sent at the same time' },
  { setting: 'ishttps', label: 'IsHttps', caption: 'Use https', yesNo: true },
  { setting: 'isverify', label: 'isverify', caption: 'Check TLS certificates', yesNo: true },
  { setting: 'mode', label: 'mode', caption: 'Listings: 0 or 1 for one folder level, 3 for all keys' },
  {
    setting: 'keepalive',
    label: 'keepalive',
    caption: 'Keep connections open between requests',
    yesNo: true,
  },
  { setting: 'deadline', label: 'deadline', caption: 'Seconds for which an upload token is valid' },
  {
    setting: 'traffic_limit',
    label: 'traffic_limit',
    caption: 'Ceiling that the service sets to the speed; 0 for none',
  },
];
