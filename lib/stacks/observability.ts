import { Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IMetric,
  Metric,
  TextWidget,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription, LambdaSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { Cloud } from '../config/index.ts';
import { SluiceFunction } from './function.ts';
import type { Orchestration } from './orchestration.ts';

export interface NotificationsProps {
  readonly alarms: Cloud['alarms'];
  /** Folder of the bundle of the function that writes to Slack. */
  readonly slackBundle: string;
  readonly service: string;
  readonly logRetentionDays: number;
}

/** Where alarms and failed runs are told: mail, and Slack where a webhook is configured. */
export class Notifications extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, props: NotificationsProps) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', { displayName: `Sluice ${props.service}`, enforceSSL: true });
    for (const email of props.alarms.emails) this.topic.addSubscription(new EmailSubscription(email));
    if (props.alarms.slackSecretName !== undefined) this.#toSlack(props, props.alarms.slackSecretName);
  }

  #toSlack(props: NotificationsProps, secretName: string): void {
    const slack = new SluiceFunction(this, 'Slack', {
      bundle: props.slackBundle,
      description: 'Tells Slack what the topic is told',
      service: props.service,
      logRetentionDays: props.logRetentionDays,
      environment: { SLUICE_SLACK_SECRET: secretName },
    });
    Secret.fromSecretNameV2(this, 'Webhook', secretName).grantRead(slack.role);
    this.topic.addSubscription(new LambdaSubscription(slack.function));
  }
}

export interface ObservabilityProps {
  readonly notifications: Notifications;
  readonly orchestration: Orchestration;
  readonly extract: SluiceFunction;
  readonly alarms: Cloud['alarms'];
  readonly schedule: Cloud['schedule'];
  readonly service: string;
}

/** The alarms that matter, each of them in docs/operations.md under its name, and a dashboard. */
export class Observability extends Construct {
  readonly alarms: Alarm[] = [];
  readonly #topic: Topic;
  readonly #service: string;

  constructor(scope: Construct, id: string, props: ObservabilityProps) {
    super(scope, id);
    this.#topic = props.notifications.topic;
    this.#service = props.service;
    this.#runAlarms(props);
    this.#dataAlarms(props);
    this.#dashboard(props);
  }

  /** A metric that the functions write with their logs. */
  #metric(metricName: string, statistic: string, period = Duration.hours(1)): Metric {
    return new Metric({
      namespace: 'Sluice',
      metricName,
      statistic,
      period,
      dimensionsMap: { service: this.#service },
    });
  }

  #runAlarms({ orchestration, extract, alarms, schedule }: ObservabilityProps): void {
    const { stateMachine, deadLetters } = orchestration;
    const sum = { statistic: 'Sum', period: Duration.minutes(5) };
    this.#alarm('ScheduleNotDelivered', 'A start of the daily run could not be delivered', {
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({ ...sum, statistic: 'Maximum' }),
      above: 0,
    });
    this.#alarm('RunFailed', 'A run failed; the notification says what, and where', {
      metric: stateMachine.metricFailed(sum),
      above: 0,
    });
    this.#alarm('RunTimedOut', 'A run did not end within two days', {
      metric: stateMachine.metricTimedOut(sum),
      above: 0,
    });
    this.#alarm('ExtractErrors', 'The extract keeps failing, though it is tried again', {
      metric: extract.function.metricErrors({ statistic: 'Sum', period: Duration.hours(1) }),
      above: 2,
    });
    this.#alarm('ExtractSlow', 'A call of the extract took more than 80% of its time limit', {
      metric: extract.function.metricDuration({ statistic: 'Maximum', period: Duration.minutes(5) }),
      above: extract.timeout.toMilliseconds() * 0.8,
    });
    if (!schedule.enabled) return;
    const hours = alarms.hoursWithoutSuccess;
    this.#alarm('NoSuccess', `No run has succeeded for ${hours} hours`, {
      metric: this.#metric('RunsSucceeded', 'Sum'),
      below: 1,
      periods: hours,
      // No run leaves no data: that is what is looked for.
      missing: TreatMissingData.BREACHING,
    });
  }

  #dataAlarms({ alarms }: ObservabilityProps): void {
    const { least, most } = alarms.rowsPerRun;
    this.#alarm('RowsTooFew', `A daily run extracted fewer than ${least} rows`, {
      metric: this.#metric('RowsExtracted', 'Minimum', Duration.minutes(5)),
      below: least,
    });
    if (most !== undefined) {
      this.#alarm('RowsTooMany', `A daily run extracted more than ${most} rows`, {
        metric: this.#metric('RowsExtracted', 'Maximum', Duration.minutes(5)),
        above: most,
      });
    }
    this.#alarm('RowsUnaccounted', 'Rows were extracted that are neither in RAW nor among the rejects', {
      metric: this.#metric('RowsUnaccounted', 'Maximum', Duration.minutes(5)),
      above: 0,
    });
    this.#alarm('RowsRejected', 'Values did not fit their column; OPS.REJECTS has them', {
      metric: this.#metric('RowsRejected', 'Maximum', Duration.minutes(5)),
      above: 0,
    });
    this.#alarm('SourcesStale', 'A source is older than its freshness allows; nothing was built', {
      metric: this.#metric('SourcesStale', 'Maximum', Duration.minutes(5)),
      above: 0,
    });
  }

  #alarm(
    id: string,
    alarmDescription: string,
    condition: {
      metric: IMetric;
      above?: number;
      below?: number;
      periods?: number;
      missing?: TreatMissingData;
    },
  ): void {
    const alarm = new Alarm(this, id, {
      alarmName: `${Stack.of(this).stackName}-${id}`,
      alarmDescription: `${alarmDescription}. docs/operations.md, "${id}".`,
      metric: condition.metric,
      threshold: condition.above ?? condition.below ?? 0,
      comparisonOperator:
        condition.below === undefined
          ? ComparisonOperator.GREATER_THAN_THRESHOLD
          : ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: condition.periods ?? 1,
      treatMissingData: condition.missing ?? TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(this.#topic));
    alarm.addOkAction(new SnsAction(this.#topic));
    this.alarms.push(alarm);
  }

  #dashboard({ orchestration, extract }: ObservabilityProps): void {
    const day = Duration.days(1);
    const graph = (title: string, left: IMetric[]): GraphWidget =>
      new GraphWidget({ title, left, width: 12 });
    new Dashboard(this, 'Dashboard', {
      dashboardName: Stack.of(this).stackName,
      defaultInterval: Duration.days(14),
      widgets: [
        [
          new TextWidget({
            markdown: `# Sluice ${this.#service}\nWhat to do about an alarm: docs/operations.md`,
            width: 24,
            height: 2,
          }),
        ],
        [
          graph('Runs', [
            orchestration.stateMachine.metricSucceeded({ period: day }),
            orchestration.stateMachine.metricFailed({ period: day }),
          ]),
          graph('Duration of a run', [
            orchestration.stateMachine.metricTime({ period: day, statistic: 'Maximum' }),
          ]),
        ],
        [
          graph('Rows', [
            this.#metric('RowsExtracted', 'Sum', day),
            this.#metric('RowsApplied', 'Sum', day),
            this.#metric('RowsRejected', 'Sum', day),
            this.#metric('RowsUnaccounted', 'Sum', day),
          ]),
          graph('Bytes staged', [this.#metric('BytesStaged', 'Sum', day)]),
        ],
        [
          graph('Extract, duration of a call', [
            extract.function.metricDuration({ statistic: 'Maximum', period: Duration.hours(1) }),
          ]),
          graph('Lag: from staged to applied', [this.#metric('LoadLag', 'Maximum', Duration.hours(1))]),
        ],
      ],
    });
  }
}
