import type { PutPolicyMembers, Switch } from '../auth/put-policy.js';
import type { CallDefaults } from '../call-defaults.js';
import { requireObject } from '../check-arguments.js';
import { parseInteger, type SettingName, type Settings } from './settings.js';

/** Members of the put policy that are settings of the same name. */
const POLICY_SETTINGS = [
  'returnUrl',
  'returnBody',
  'callbackUrl',
  'callbackBody',
  'persistentOps',
  'persistentNotifyUrl',
  'contentDetect',
  'detectNotifyURL',
  'detectNotifyRule',
  'hashAlgorithm',
] as const satisfies readonly (SettingName & keyof PutPolicyMembers)[];

/**
 * What a `.wcscfg` says of uploads, listings and jobs: the official tools take it for the defaults of their calls. A
 * value that is none is told by the call that uses it.
 */
export function callDefaultsOf(settings: Settings): Required<CallDefaults> {
  requireObject('settings', settings);
  const { prefix, marker, mode, limit, notifyurl, overwrite, separate, force } = settings;
  const policy = Object.fromEntries(
    POLICY_SETTINGS.filter(name => settings[name] !== '').map(name => [name, settings[name]]),
  );
  const pageSize = parseInteger(limit) ?? Number.NaN;
  const level = parseInteger(mode);
  return {
    policy: {
      ...policy,
      ...(isOn(overwrite) ? { overwrite: overwrite.trim() as Switch } : {}),
      ...(isOn(separate) && settings.persistentOps ? { separate: separate.trim() as Switch } : {}),
    },
    list: {
      ...(prefix ? { prefix } : {}),
      ...(marker ? { marker } : {}),
      // Any other mode means none, such as the default of 3; a limit of 0 leaves it to the service.
      ...(level === 0 || level === 1 ? { mode: level } : {}),
      ...(limit === '' || pageSize === 0 ? {} : { pageSize }),
    },
    job: {
      ...(notifyurl ? { notifyUrl: notifyurl } : {}),
      ...(isOn(separate) ? { separate: true } : {}),
      ...(isOn(force) ? { force: true } : {}),
    },
  };
}

/** Whether a switch is anything but off, which needs no mention. */
function isOn(text: string): boolean {
  return text.trim() !== '' && parseInteger(text) !== 0;
}
