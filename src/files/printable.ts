/** Text from files, such as names of molecules, made fit for a terminal: nothing in it is a command to it. */

/** C0 and C1 controls but for line feed and tab, and the marks that turn the direction of writing. */
const UNSAFE = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

const hex = (character: string, digits: number): string => character.charCodeAt(0).toString(16).padStart(digits, '0');

/** Each such character as its number, `\x1b`. */
export const printable = (text: string): string =>
  text.replace(UNSAFE, (character) =>
    character.charCodeAt(0) < 256 ? `\\x${hex(character, 2)}` : `\\u${hex(character, 4)}`,
  );

/** JSON of the same value in which each such character is escaped. */
export const printableJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, undefined, indent).replace(UNSAFE, (character) => `\\u${hex(character, 4)}`);
