/** Which file a bench means by a model: a path, or the name of a shipped one; benches run in the root of the repository. */
export function modelFile(nameOrPath: string): string {
  return /[/\\]|\.safetensors$/.test(nameOrPath) ? nameOrPath : `models/${nameOrPath}.safetensors`;
}
