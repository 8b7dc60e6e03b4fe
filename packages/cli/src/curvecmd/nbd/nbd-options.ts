import type { OptionDefinition } from '../../options/option-definition.js';

/** The options of `curvecmd nbd`. */
export const NBD_OPTIONS = [
  {
    long: 'listen',
    argument: 'HOST:PORT',
    repeatable: true,
    description: 'listen there; a port alone is one of this machine; may be given several times',
  },
  { long: 'socket', argument: 'PATH', repeatable: true, description: 'listen on this Unix socket' },
  { long: 'read-only', description: 'clients may only read' },
  { long: 'shared', description: 'serve it although others have it open, and let them' },
  { long: 'wait', argument: 'TIME', description: 'wait so long for others to close it' },
  {
    long: 'tls-certificates',
    argument: 'FOLDER',
    description: 'encrypt, with server-cert.pem and server-key.pem of this folder',
  },
  { long: 'tls-verify-peer', description: 'only clients with a certificate of its ca-cert.pem' },
  { long: 'tls-psk', argument: 'FILE', description: 'encrypt, with keys shared before: lines of NAME:HEX' },
  { long: 'tls-optional', description: 'let clients do without' },
  {
    long: 'unencrypted',
    description: 'listen where other machines reach it, without TLS: all of it is open to them',
  },
  {
    long: 'run',
    argument: 'COMMAND',
    description: 'end with this command, which finds the address in $NBD_URI',
  },
  {
    long: 'grace',
    argument: 'TIME',
    description: 'what is under way may take so long at the end; default 30s',
  },
] as const satisfies readonly OptionDefinition[];

/** Name of an option of `curvecmd nbd`. */
export type NbdOptionName = (typeof NBD_OPTIONS)[number]['long'];
