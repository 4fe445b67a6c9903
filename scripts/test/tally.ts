/** How checks and tests ended, summed up: the last line of `npm test`. */
export interface Tally {
  passed: number;
  failed: number;
}
