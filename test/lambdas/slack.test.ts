import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { handler } from '../../lambdas/slack.ts';

const secrets = mockClient(SecretsManagerClient);
const posted: unknown[] = [];
let status = 200;
let server: Server;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    posted.push(JSON.parse(Buffer.concat(chunks).toString('utf8')));
    response.writeHead(status).end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
});
afterAll(() => server.close());

beforeEach(() => {
  posted.length = 0;
  status = 200;
  const { port } = server.address() as AddressInfo;
  vi.stubEnv('SLUICE_SLACK_SECRET', 'shop/slack');
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  secrets.reset();
  secrets.on(GetSecretValueCommand).resolves({ SecretString: `http://127.0.0.1:${port}/hidden-path\n` });
});

const event = (Subject: string, Message: string): Parameters<typeof handler>[0] =>
  JSON.parse(JSON.stringify({ Records: [{ Sns: { Subject, Message } }] }));

test('a failed run is told as it is', async () => {
  await handler(event('Sluice SHOP: run 2011-12-09 failed in build', 'Test not_null failed'));
  expect(posted).toEqual([{ text: '*Sluice SHOP: run 2011-12-09 failed in build*\nTest not_null failed' }]);
});

test('an alarm is told by its name, state and description', async () => {
  const alarm = { AlarmName: 'sluice-shop-NoSuccess', NewStateValue: 'ALARM', AlarmDescription: 'No run.' };
  await handler(event('ALARM', JSON.stringify({ ...alarm, Trigger: { MetricName: 'x' } })));
  expect(posted).toEqual([{ text: '*ALARM*\nsluice-shop-NoSuccess is ALARM\nNo run.' }]);
});

test('a refusal is thrown, so that Lambda tries again, and does not show the webhook', async () => {
  status = 500;
  const error = await handler(event('a', 'b')).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'SLACK_REFUSED', message: 'Slack answers 500.', retryable: true });
  expect(JSON.stringify(error)).not.toContain('hidden-path');
});
