/** What went against the rules of the wire in the test that runs: a root hook (restore.ts) fails it then. */
export const breaches: string[] = [];
