/** The steps of a run, in order: what the state machine and the command line both follow. */
export const runSteps = ['plan', 'extract', 'load', 'freshness', 'build', 'publish', 'notify'] as const;

export type RunStep = (typeof runSteps)[number];
