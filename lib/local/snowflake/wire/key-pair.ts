import { createHash, createPublicKey, verify } from 'node:crypto';

/**
 * Checks the JSON web token of Snowflake's key-pair login: RS256, `iss` = `<account>.<user>.SHA256:<fingerprint>`.
 * `publicKey` is the user's RSA_PUBLIC_KEY, with or without its PEM frame.
 */
export function verifyKeyPair(token: string, publicKey: string, user: string): boolean {
  try {
    const [head = '', body = '', signature = ''] = token.split('.');
    const base64 = publicKey.replace(/-----[^-]+-----/g, '').replace(/\s/g, '');
    const key = createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' });
    const signed = Buffer.from(`${head}.${body}`);
    if (!verify('RSA-SHA256', signed, key, Buffer.from(signature, 'base64url'))) return false;
    const claims: unknown = JSON.parse(Buffer.from(body, 'base64url').toString());
    if (typeof claims !== 'object' || claims === null || !('iss' in claims) || !('exp' in claims))
      return false;
    const der = key.export({ format: 'der', type: 'spki' });
    const fingerprint = `SHA256:${createHash('sha256').update(der).digest('base64')}`;
    const issuer = String(claims.iss);
    return issuer.endsWith(`.${user}.${fingerprint}`) && Number(claims.exp) * 1000 > Date.now();
  } catch {
    return false;
  }
}
