/** The workloads in the order of the tables. */
export const workloadNames = ['W', 'RZ', 'RU', 'H', 'L'] as const;

/** A workload's name. */
export type WorkloadName = (typeof workloadNames)[number];

/** How many users make up the most frequent ones. */
export const hotUserCount = 100;

/** How many users a list holds at most. */
export const listed = 50;

/** The exponent of Zipf's law by which users are read. */
export const zipfExponent = 0.99;

/** What each workload is, for people. */
export const meanings: Readonly<Record<WorkloadName, string>> = {
  W: 'a user is created, with a phone number that nobody had',
  RZ: `a user by id, of 10,000, by Zipf’s law (${zipfExponent})`,
  RU: 'a user by id, of 10,000, each as likely',
  H: `a user by id, of the ${hotUserCount} most frequent ones`,
  L: `${listed} users by a word of their name or location`,
};
