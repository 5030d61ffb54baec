/** Skeleton atoms of the largest molecules that molflow-fast is for: beyond, two steps miss too much. */
export const FAST_MODEL_UP_TO = 12;
