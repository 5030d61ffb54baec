/** Parsers of flag values, shared by all commands. */
import { InvalidArgumentError } from 'commander';

/** A number, `least` or more and `most` or less. */
export const numberFrom =
  (least: number, most = Infinity) =>
  (value: string): number => {
    const parsed = Number(value);
    if (value.trim() === '' || !Number.isFinite(parsed) || parsed < least || parsed > most)
      throw new InvalidArgumentError(
        most === Infinity ? `expected a number, ${least} or more` : `expected a number from ${least} to ${most}`,
      );
    return parsed;
  };

/** A whole number, `least` or more. */
export const wholeFrom =
  (least: number) =>
  (value: string): number => {
    const parsed = Number(value);
    if (value.trim() === '' || !Number.isSafeInteger(parsed) || parsed < least)
      throw new InvalidArgumentError(`expected a whole number, ${least} or more`);
    return parsed;
  };
