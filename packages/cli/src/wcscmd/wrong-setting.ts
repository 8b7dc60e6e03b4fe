import type { SettingName } from '@curve-wcs/wcs-sdk';
import { CliError } from '../cli-error.js';
import { ExitCode } from '../exit-code.js';
import { pythonInt } from '../python/python-integer.js';
import { settingProblem } from './setting-rules.js';

/** A setting that is none of its allowed values, or the option that stands in for it. */
export class WrongSetting extends CliError {
  readonly setting: SettingName;
  /** Whether it is a whole number at least. */
  readonly isNumber: boolean;

  constructor(exitCode: number, setting: SettingName, value: string, message: string) {
    super(exitCode, message);
    this.setting = setting;
    this.isNumber = pythonInt(value) !== undefined;
  }

  /** The error for a setting of the configuration, wherever it comes from. */
  static of(setting: SettingName, value: string, place = ''): WrongSetting {
    const allowed = settingProblem(setting, value) ?? 'something else';
    const message = `${place && `${place}: `}${setting} must be ${allowed}; it is ${JSON.stringify(value)}`;
    return new WrongSetting(ExitCode.config, setting, value, message);
  }
}
