import type snowflake from 'snowflake-sdk';

export type Driver = typeof snowflake;

let loaded: Promise<Driver> | undefined;

/**
 * Snowflake's driver, loaded when the first connection is opened: it costs a third of a second, which `--help` need not pay.
 * It writes a log file into the working folder by default; here it logs nothing.
 */
export function loadDriver(): Promise<Driver> {
  loaded ??= importDriver();
  return loaded;
}

async function importDriver(): Promise<Driver> {
  // Its helper binary only reports the platform to Snowflake; a bundle does not hold it.
  process.env.SNOWFLAKE_DISABLE_MINICORE ??= 'true';
  const { default: driver } = await import('snowflake-sdk');
  const silent = () => {};
  driver.configure({
    logLevel: 'OFF',
    customLogger: { error: silent, warn: silent, info: silent, debug: silent, trace: silent },
    // Values of VARIANT are parsed in values.ts: the driver falls back to evaluating what is not JSON.
    jsonColumnVariantParser: (text: string) => text,
  });
  return driver;
}
