import type { SettingName } from '@curve-wcs/wcs-sdk';

/** A question of the `--configure` dialogue. */
export interface Question {
  setting: SettingName;
  /** What scripts that answer the dialogue wait for: as in the official tool, to the letter. */
  label: string;
  /** It is answered with yes or no, and saved as True or False. */
  yesNo?: boolean;
}

/** What the dialogue says besides its questions. */
export interface DialogueWording {
  /** Lines at its beginning. */
  introduction: readonly string[];
  /** Lines of explanation before questions. */
  captions: Partial<Record<SettingName, string>>;
}

/** The questions in their order. */
export const QUESTIONS: readonly Question[] = [
  { setting: 'access_key', label: 'Access Key' },
  { setting: 'secret_key', label: 'Secret Key' },
  { setting: 'put_url', label: 'PUT_URL' },
  { setting: 'mgr_url', label: 'MGR_URL' },
  {
    setting: 'block_size',
    label: 'Block_Size',
  },
  { setting: 'bput_size', label: 'Bput_Size' },
  { setting: 'connection_retries', label: 'Connection_Retires' },
  {
    setting: 'connection_timeout',
    label: 'Connection_Timeout',
  },
  { setting: 'mkblk_retries', label: 'Mkblk_Retries' },
  { setting: 'bput_retries', label: 'Bput_Retries' },
  { setting: 'mkfile_retries', label: 'Mkfile_Retries' },
  {
    setting: 'tmp_record_folder',
    label: 'Tmp_Record_Folder',
  },
  { setting: 'concurrency', label: 'Concurrency' },
  { setting: 'ishttps', label: 'IsHttps', yesNo: true },
  { setting: 'isverify', label: 'isverify', yesNo: true },
  { setting: 'mode', label: 'mode' },
  {
    setting: 'keepalive',
    label: 'keepalive',
    yesNo: true,
  },
  { setting: 'deadline', label: 'deadline' },
  {
    setting: 'traffic_limit',
    label: 'traffic_limit',
  },
];

/** What this tool says. */
export const OUR_WORDING: DialogueWording = {
  introduction: [
    'Enter new values, or press Enter to keep the value in brackets.',
    'wcscmd --help and the manual say what the settings mean.',
  ],
  captions: {
    access_key: 'The key pair of your WCS account',
    put_url: 'Upload domain',
    mgr_url: 'Management domain',
    block_size: 'Block size of uploads in blocks: a multiple of 4194304',
    bput_size: 'Bytes in each request of such an upload',
    connection_retries: 'Retries of a failed request',
    connection_timeout: 'Seconds to wait for a silent service',
    mkblk_retries: 'Retries of a failed block',
    bput_retries: 'Retries of a failed part of a block',
    mkfile_retries: 'Retries of the joining of blocks',
    tmp_record_folder: 'Folder that remembers unfinished uploads',
    concurrency: 'Blocks sent at the same time',
    ishttps: 'Use https',
    isverify: 'Check TLS certificates',
    mode: 'Listings: 0 or 1 for one folder level, 3 for all keys',
    keepalive: 'Keep connections open between requests',
    deadline: 'Seconds for which an upload token is valid',
    traffic_limit: 'Ceiling that the service sets to the speed; 0 for none',
  },
};
