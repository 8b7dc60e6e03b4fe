/** The commands of a job, which are separated by `;`. */
export function splitCommands(text: string): string[] {
  return text
    .split(';')
    .map(command => command.trim())
    .filter(command => command !== '');
}
