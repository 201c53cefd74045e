import type { SNSEvent } from 'aws-lambda';
import { SluiceError } from '../lib/config/index.ts';
import { required } from './support/required.ts';
import { readSecret } from './support/secrets.ts';

/** Slack shows this much of a message. */
const mostCharacters = 3_000;

/** Tells Slack what the topic is told: alarms and failed runs. Lambda calls it again when it throws. */
export async function handler(event: SNSEvent): Promise<void> {
  const webhook = (await readSecret(required(process.env, 'SLUICE_SLACK_SECRET'))).trim();
  for (const { Sns } of event.Records) {
    const text = `*${Sns.Subject ?? 'Sluice'}*\n${messageText(Sns.Message)}`.slice(0, mostCharacters);
    const answer = await fetch(webhook, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text }),
      signal: AbortSignal.timeout(10_000),
    }).catch(() => undefined);
    if (answer?.ok) continue;
    throw new SluiceError({
      code: 'SLACK_REFUSED',
      kind: 'outside',
      // The address of a webhook is its secret.
      message: `Slack ${answer === undefined ? 'cannot be reached' : `answers ${answer.status}`}.`,
      hint: 'Check the webhook in the secret that cloud.alarms.slackSecretName names.',
      retryable: true,
    });
  }
}

/** An alarm comes as JSON, a failed run as text. */
function messageText(message: string): string {
  try {
    const alarm: unknown = JSON.parse(message);
    if (typeof alarm === 'object' && alarm !== null && 'AlarmName' in alarm && 'NewStateValue' in alarm) {
      const description = 'AlarmDescription' in alarm ? `\n${String(alarm.AlarmDescription)}` : '';
      return `${String(alarm.AlarmName)} is ${String(alarm.NewStateValue)}${description}`;
    }
  } catch {
    return message;
  }
  return message;
}
