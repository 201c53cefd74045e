import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';

const file = resolve(import.meta.dirname, '../../lambdas/certificates/amazon-rds.pem');
const certificates = (
  readFileSync(file, 'utf8').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
).map((pem) => new X509Certificate(pem));

test('the authorities of RDS are roots of Amazon, by their own signature, and valid for years', () => {
  expect(certificates.length).toBeGreaterThan(70);
  for (const certificate of certificates) {
    expect(certificate.ca).toBe(true);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.subject).toMatch(/^O=Amazon Web Services\\?, Inc\.$/m);
    expect(certificate.subject).toMatch(
      /^CN=Amazon RDS [a-z]{2}-[a-z-]+-\d Root CA (RSA2048|RSA4096|ECC384) G1$/m,
    );
    expect(Date.parse(certificate.validTo)).toBeGreaterThan(Date.parse('2060-01-01'));
  }
});

test('every region has its three', () => {
  const regions = certificates.map(({ subject }) => /CN=Amazon RDS (\S+)/.exec(subject)?.[1] ?? '');
  for (const region of [
    'eu-west-1',
    'eu-central-1',
    'us-east-1',
    'us-west-2',
    'ap-southeast-2',
    'ca-central-1',
  ]) {
    expect(regions.filter((name) => name === region)).toHaveLength(3);
  }
});
