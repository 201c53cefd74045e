const secretName = /SECRET|PASSWORD|PASSPHRASE|TOKEN|PRIVATE_KEY|MASKING_KEY|ACCESS_KEY/i;
/** Shorter values, and plain words, would be found in texts that have nothing to do with them. */
const shortest = 8;
const plainWord = /^[a-z]{1,15}$/i;
/** What dbt itself keeps out of everything that it writes. */
const dbtSecret = /^DBT_ENV_SECRET/;

/** The values of an environment that nobody may read in a page: by the names of the variables, and passwords in addresses. */
export function secretsOf(env: NodeJS.ProcessEnv): string[] {
  const found = Object.entries(env).flatMap(([name, value = '']) => {
    const inAddress = /^\w+:\/\/[^:/@\s]*:([^@\s]+)@/.exec(value)?.[1];
    const password = inAddress === undefined ? [] : [inAddress, decoded(inAddress)];
    if (dbtSecret.test(name)) return value === '' ? [] : [value];
    const values = secretName.test(name) ? [value, ...password] : password;
    return values.filter((text) => text.length >= shortest && !plainWord.test(text));
  });
  return [...new Set(found)].sort((a, b) => b.length - a.length);
}

/** The value with every secret in its texts replaced, however deep they stand. */
export function withoutSecrets<T>(value: T, secrets: readonly string[]): T {
  if (secrets.length === 0) return value;
  return JSON.parse(JSON.stringify(value), (_, item: unknown) =>
    typeof item === 'string'
      ? secrets.reduce((text, secret) => text.replaceAll(secret, '*****'), item)
      : item,
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
