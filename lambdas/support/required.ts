import { SluiceError } from '../../lib/config/index.ts';

/** A variable that the stack sets. */
export function required(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (value) return value;
  throw new SluiceError({
    code: 'ENVIRONMENT_INVALID',
    kind: 'usage',
    message: `The environment variable ${name} of the function is missing.`,
    hint: 'The stack sets it: deploy again.',
  });
}
