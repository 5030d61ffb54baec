/** The model distilled to two steps, and which molecules it is for. */

/** The model of `--fast`. */
export const FAST_MODEL = 'molflow-fast';
/** Skeleton atoms of the largest molecules that molflow-fast is for: beyond, two steps miss too much. */
export const FAST_MODEL_UP_TO = 12;
