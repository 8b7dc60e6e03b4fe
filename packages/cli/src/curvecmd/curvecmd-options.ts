import type { OptionDefinition } from '../options/option-definition.js';

/** The options of every command. */
export const CURVECMD_OPTIONS = [
  { long: 'help', short: 'h', description: 'print help; with a command, the help of that command' },
  { long: 'version', short: 'V', description: 'print the version' },
  {
    long: 'conf',
    argument: 'FILE',
    description: 'client.conf of the cluster; default $CURVE_CONF, then /etc/curve/client.conf',
  },
  { long: 'user', argument: 'NAME', description: 'user of the cluster; default $CURVE_USER' },
  {
    long: 'password-file',
    argument: 'FILE',
    description: "file with the user's password, root's for instance; default $CURVE_PASSWORD",
  },
  { long: 'deadline', argument: 'TIME', description: 'give up a request after this long, such as 5s' },
  { long: 'json', description: 'print results as JSON, listings as one object a line' },
  { long: 'quiet', short: 'q', description: 'print results and errors only' },
  { long: 'verbose', short: 'v', description: 'print details for finding faults' },
] as const satisfies readonly OptionDefinition[];

/** Name of an option that every command has. */
export type CurvecmdOptionName = (typeof CURVECMD_OPTIONS)[number]['long'];
