/** How long something takes at most, for people. */
export function inWords(ms: number): string {
  const minutes = Math.ceil(ms / 60_000);
  if (minutes > 90) return `${Math.ceil(minutes / 60)} hours`;
  return minutes === 1 ? 'a minute' : `${minutes} minutes`;
}
