import type { ServiceAnswer } from '@curve-wcs/wcs-sdk';
import type { OfficialLog } from '../../python/official-log.js';
import type { CommandContext } from '../command.js';
import type { CommandObserver } from '../command-observer.js';
import { failureTuple, resultTuple } from './python-result.js';

/** Tells the work of one command in the words of the official tool. */
export interface Narrator extends CommandObserver {
  /** The command has done its work; `result` is what it gives to programs. */
  done(result: unknown): void;
  /** It has failed in a way that the official tool catches. */
  failed(error: unknown): void;
}

/** What a narrator begins with. */
export interface Narration {
  log: OfficialLog;
  context: CommandContext;
  /** The command's name. */
  name: string;
}

/**
 * Tells what most commands tell: what is asked for, then the answer as a tuple.
 *
 * @param lines - what is asked for
 * @param operations - the SDK's names of the requests whose answer counts
 * @param options - `text`: their answers are text
 */
export function tellAnswer(
  { log }: Narration,
  lines: readonly string[],
  operations: readonly string[],
  { text = false } = {},
): Narrator {
  let last: ServiceAnswer | undefined;
  log.debug(...lines);
  const tell = (message: string) => {
    log.debug(
      last ? resultTuple(last, { text: text && last.operation === 'upload' }) : failureTuple(message),
    );
  };
  return {
    answered(answer) {
      if (operations.includes(answer.operation)) last = answer;
    },
    done: () => tell(''),
    failed: error => tell(error instanceof Error ? error.message : String(error)),
  };
}
