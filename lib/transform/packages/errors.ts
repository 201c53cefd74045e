import { SluiceError } from '../../config/index.ts';

/** packages.yml, dependencies.yml or a package asks for something that cannot be. */
export function packagesInvalid(message: string, hint: string, cause?: unknown): SluiceError {
  return new SluiceError({ code: 'PACKAGES_INVALID', kind: 'usage', message, hint, cause });
}

/** What a package is fetched from does not answer, or says no. */
export function packageUnreachable(
  message: string,
  hint: string,
  retryable: boolean,
  cause?: unknown,
): SluiceError {
  return new SluiceError({ code: 'PACKAGE_UNREACHABLE', kind: 'outside', message, hint, retryable, cause });
}

/** What came is not the package that was asked for, or not one that may be unpacked. Nothing of it is kept. */
export function packageRefused(message: string, hint: string, cause?: unknown): SluiceError {
  return new SluiceError({ code: 'PACKAGE_REFUSED', kind: 'outside', message, hint, cause });
}
