import type { SettingName } from '@curve-wcs/wcs-sdk';
import { CliError } from '../cli-error.js';

/** A setting that is none of its allowed values, or the option that stands in for it. */
export class WrongSetting extends CliError {
  readonly setting: SettingName;

  constructor(exitCode: number, setting: SettingName, message: string) {
    super(exitCode, message);
    this.setting = setting;
  }
}
