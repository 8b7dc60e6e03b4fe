import { WcsEmulatorError } from '../errors.js';

/** What an image can be examined for. */
export type DetectionType = 'porn' | 'terror' | 'political';

/** Somebody who was recognised. */
export interface DetectedPerson {
  /** Who it is. */
  name: string;
  /** How certain that is, from 0 to 1. */
  rate: number;
  /** Whether a human should look at it. */
  review: boolean;
}

/** What the examination of an image is to find. The emulator does not look at pixels: it tells what was loaded. */
export interface DetectionResult {
  /** The URL of the image, or `bucket:key` of a stored one. */
  image: string;
  /** What it is examined for. */
  type: DetectionType;
  /** The category, a number whose meaning depends on the type. */
  label: number;
  /** How certain that is, from 0 to 1. @defaultValue 1 */
  rate?: number;
  /** Whether a human should look at it. @defaultValue false */
  review?: boolean;
  /** Who was recognised, when the type is `political`. @defaultValue nobody */
  persons?: readonly DetectedPerson[];
}

/** The results of examinations, as loaded by the user. */
export interface WcsDetectionResults {
  /**
   * Adds a result, or replaces that of the same image and type.
   *
   * @throws WcsEmulatorError `INVALID_DATA`
   */
  add(result: DetectionResult): void;
  /** All results. */
  list(): DetectionResult[];
  /** Forgets all. */
  clear(): void;
}

const types: readonly unknown[] = ['porn', 'terror', 'political'] satisfies DetectionType[];

/** Holds what was loaded. */
export class DetectionResults implements WcsDetectionResults {
  readonly #results = new Map<string, DetectionResult>();

  constructor(results: readonly DetectionResult[] = []) {
    for (const result of results) this.add(result);
  }

  add(result: DetectionResult): void {
    const { image, type, label, rate = 1 } = result;
    if (typeof image !== 'string' || image === '') throw invalid('has no image');
    if (!isDetectionType(type)) throw invalid('is of the type porn, terror or political');
    if (!Number.isInteger(label)) throw invalid('has a whole number for a label');
    if (!(rate >= 0 && rate <= 1)) throw invalid('has a rate from 0 to 1');
    this.#results.set(`${type} ${image}`, { ...result });
  }

  list(): DetectionResult[] {
    return [...this.#results.values()].map(result => ({ ...result }));
  }

  clear(): void {
    this.#results.clear();
  }

  /** The result for an image under any of its names. */
  find(type: DetectionType, names: readonly string[]): DetectionResult | undefined {
    for (const name of names) {
      const found = this.#results.get(`${type} ${name}`);
      if (found) return found;
    }
    return undefined;
  }
}

/** A result as the service writes it, under its member's name: `pornDetect`, `terrorDetect` or `politicalDetect`. */
export function describeDetection({ type, label, rate = 1, review = false, persons = [] }: DetectionResult): {
  [member: string]: object;
} {
  return { [`${type}Detect`]: type === 'political' ? { label, persons } : { label, rate, review } };
}

/** Whether there is such a type. */
export function isDetectionType(text: unknown): text is DetectionType {
  return types.includes(text);
}

function invalid(message: string): WcsEmulatorError {
  return new WcsEmulatorError('INVALID_DATA', `a detection result ${message}`);
}
