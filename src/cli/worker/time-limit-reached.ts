/** What is said of a molecule that took all of its time. */
export const timeLimitReached = (seconds: number): string => `the time limit of ${seconds} s was reached`;
