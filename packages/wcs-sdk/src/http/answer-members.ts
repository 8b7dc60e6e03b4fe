/** Members of a JSON answer. */
export type AnswerMembers = Record<string, unknown>;

// The service writes the same number as a number here and as a string there (wcs-api §2.5, §2.6).

/** A number, whichever way it is written; undefined where there is none. */
export function numberMember(members: AnswerMembers, name: string): number | undefined {
  const value = members[name];
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** A text that is not empty. */
export function textMember(members: AnswerMembers, name: string): string | undefined {
  const value = members[name];
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A truth value: `true`, 1, or either as a string. */
export function booleanMember(members: AnswerMembers, name: string): boolean | undefined {
  const value = members[name];
  if (value === undefined || value === null) return undefined;
  return value === true || value === 1 || value === 'true' || value === '1';
}

/** The objects in a list; what is none is left out. */
export function objectsMember(members: AnswerMembers, name: string): AnswerMembers[] {
  const value = members[name];
  return Array.isArray(value) ? value.filter(isMembers) : [];
}

/** A nested object; empty where there is none. */
export function objectMember(members: AnswerMembers, name: string): AnswerMembers {
  const value = members[name];
  return isMembers(value) ? value : {};
}

/** The same members, with those that are undefined absent. */
export type Present<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Leaves out what is undefined, so that absent members are absent. */
export function present<T extends object>(members: T): Present<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Present<T>;
}

/** Whether a value is an object with members, rather than a list or anything else. */
export function isMembers(value: unknown): value is AnswerMembers {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
