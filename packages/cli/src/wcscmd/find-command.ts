import { WCSCMD_COMMANDS } from '../commands/wcscmd/registry.js';
import type { WcscmdCommand } from './command.js';

/** The command of this name. */
export function findCommand(name: string | undefined): WcscmdCommand | undefined {
  if (name === undefined) return undefined;
  return WCSCMD_COMMANDS.find(command => command.name === name || command.aliases?.includes(name));
}
