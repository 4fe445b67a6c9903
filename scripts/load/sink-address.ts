/** What is wrong with the address of a receiver that is not ours: before anything is started, as nobody can post to it. Pure. */
export function sinkProblem(sink: string | undefined): string | undefined {
  if (sink === undefined || (URL.canParse(sink) && /^https?:$/.test(new URL(sink).protocol))) return undefined;
  return `--sink ${sink} is no address of a receiver: say one, http or https`;
}
