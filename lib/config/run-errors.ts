/**
 * Names that the functions of a run throw errors under, for the state machine to tell them apart. What has another name
 * needs a person.
 */
export const runErrorNames = {
  /** Heals by itself: source, S3 or Snowflake out of reach, throttled or restarted. Tried again with growing pauses. */
  passing: 'SluicePassing',
  /** Snowflake has not applied everything yet. Asked again at once: the function itself has waited. */
  pending: 'SluicePending',
} as const;

/** How long one call of the load function waits for Snowflake, in minutes. */
export const loadWaitMinutes = 10;
