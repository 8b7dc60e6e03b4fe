import type { DialogueWording } from '../configure-questions.js';

/** What the official tool says in its dialogue, to the letter: scripts may wait for it. */
export const OFFICIAL_WORDING: DialogueWording = {
  introduction: [
    'Enter new values or accept defaults in brackets with Enter',
    'Refer to user manual for detailed description of all options',
  ],
  captions: {
    access_key: 'Access key and Secret key are your identifiers for WCS',
    put_url: 'Upload domain for WCS',
    mgr_url: 'Manager domain for WCS',
    block_size: 'Mulpart Upload Block Size',
    bput_size: 'Mulpart Upload Bput Size',
    connection_retries: 'Request Connection Retires',
    connection_timeout: 'Request Connection Timeout',
    mkblk_retries: 'Multipart Upload Mkblk retries',
    bput_retries: 'Multipart Upload Bput retries',
    mkfile_retries: 'Multipart Upload Mkfile retries',
    tmp_record_folder: 'Multipart Upload record folder',
    concurrency: 'Multipart Upload Concurrency',
    ishttps: 'Use https or not',
    isverify: 'Use verify or not',
    mode: 'List objects mode',
    keepalive: 'request to use keepalive mode',
    deadline: 'token expiration time',
    traffic_limit: 'traffic limit',
  },
};
