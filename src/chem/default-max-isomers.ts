/** Stereoisomers that are made of one molecule at most, unless more are asked for. */
export const DEFAULT_MAX_ISOMERS = 32;
