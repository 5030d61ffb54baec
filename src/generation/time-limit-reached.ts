/** What is said of a molecule that took all of its time. In a file of its own: commands say it that load nothing of generation. */
export const timeLimitReached = (seconds: number): string => `the time limit of ${seconds} s was reached`;
