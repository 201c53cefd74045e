const secretName = /SECRET|PASSWORD|PASSPHRASE|TOKEN|PRIVATE_KEY|MASKING_KEY|ACCESS_KEY/i;
/** Shorter values would be found in words that have nothing to do with them. */
const shortest = 6;

/** The values of an environment that nobody may read in a page: by the names of the variables, and passwords in addresses. */
export function secretsOf(env: NodeJS.ProcessEnv): string[] {
  const found = Object.entries(env).flatMap(([name, value = '']) => {
    const inAddress = /^\w+:\/\/[^:/@\s]*:([^@\s]+)@/.exec(value)?.[1];
    const password = inAddress === undefined ? [] : [inAddress, decoded(inAddress)];
    return secretName.test(name) ? [value, ...password] : password;
  });
  return [...new Set(found)].filter((value) => value.length >= shortest).sort((a, b) => b.length - a.length);
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
