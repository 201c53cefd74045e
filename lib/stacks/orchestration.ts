import { Duration, RemovalPolicy, Stack, TimeZone, Token, Validations } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import {
  ContextAttribute,
  Schedule,
  ScheduleExpression,
  ScheduleTargetInput,
} from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke as ScheduledInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct, type IConstruct } from 'constructs';
import type { Cloud } from '../config/index.ts';
import { resourceOf, SluiceFunction } from './function.ts';
import { RunDefinition, type RunFunctions } from './run-definition.ts';

export interface OrchestrationProps {
  /** The functions of the steps. */
  readonly functions: RunFunctions;
  /** Folder of the bundle of the function that starts a run. */
  readonly startBundle: string;
  readonly schedule: Cloud['schedule'];
  /** Windows read at the same time, each by a function with one connection to the source. */
  readonly maxConnections: number;
  /** How long a run waits for Snowflake to apply what was staged. */
  readonly loadTimeoutMinutes: number;
  /** Begins the names of runs. */
  readonly baseName: string;
  readonly service: string;
  readonly logRetentionDays: number;
}

/** The daily run: a schedule, the function that names and starts one run a business day, and the state machine of its steps. */
export class Orchestration extends Construct {
  readonly stateMachine: StateMachine;
  readonly start: SluiceFunction;
  /** Starts that could not be delivered. */
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, props: OrchestrationProps) {
    super(scope, id);
    this.stateMachine = this.#stateMachine(props);
    this.start = new SluiceFunction(this, 'Start', {
      bundle: props.startBundle,
      description: 'Starts the run of a business day, once',
      service: props.service,
      logRetentionDays: props.logRetentionDays,
      environment: {
        SLUICE_STATE_MACHINE_ARN: this.stateMachine.stateMachineArn,
        SLUICE_TIMEZONE: props.schedule.timezone,
      },
    });
    this.stateMachine.grantStartExecution(this.start.role);
    this.deadLetters = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    Validations.of(this.deadLetters).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It is the dead-letter queue of the schedule.',
    });
    this.#schedule(props, this.start.function);
  }

  #schedule({ schedule }: OrchestrationProps, start: IFunction): void {
    const daily = new Schedule(this, 'Schedule', {
      description: 'Starts the daily run',
      schedule: ScheduleExpression.expression(`cron(${schedule.cron})`, TimeZone.of(schedule.timezone)),
      enabled: schedule.enabled,
      target: new ScheduledInvoke(start, {
        deadLetterQueue: this.deadLetters,
        retryAttempts: 10,
        maxEventAge: Duration.hours(6),
        input: ScheduleTargetInput.fromObject({ scheduledTime: ContextAttribute.scheduledTime }),
      }),
    });
    const id = this.#idOf(start);
    // The role of the schedule is made beside it, in the stack.
    for (const child of Stack.of(this).node.children) {
      if (child !== daily && child.node.id.startsWith('SchedulerRoleForTarget')) {
        Validations.of(child).acknowledge({
          id: `AwsSolutions-IAM5[Resource::<${id}.Arn>:*]`,
          reason: 'The versions of the one function that the schedule calls.',
        });
      }
    }
  }

  #stateMachine(props: OrchestrationProps): StateMachine {
    const stateMachine = new StateMachine(this, 'Run', {
      comment: 'One run of the pipeline: a business day, or a range of days',
      definitionBody: DefinitionBody.fromChainable(
        new RunDefinition(this, 'Steps', {
          functions: props.functions,
          maxConnections: props.maxConnections,
          loadTimeoutMinutes: props.loadTimeoutMinutes,
        }).definition(),
      ),
      stateMachineType: StateMachineType.STANDARD,
      timeout: Duration.days(2),
      tracingEnabled: true,
      logs: {
        level: LogLevel.ALL,
        // States hold counts and names, but an error may quote the source.
        includeExecutionData: false,
        destination: new LogGroup(this, 'RunLogs', {
          logGroupName: `/aws/vendedlogs/states/sluice-${props.baseName}`,
          retention: props.logRetentionDays,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      },
    });
    this.#acknowledgeWildcards(stateMachine, props.functions);
    return stateMachine;
  }

  #acknowledgeWildcards(stateMachine: StateMachine, functions: RunFunctions): void {
    for (const lambda of Object.values(functions)) {
      Validations.of(stateMachine).acknowledge({
        id: `AwsSolutions-IAM5[Resource::<${this.#idOf(lambda)}.Arn>:*]`,
        reason: 'The versions of one function of a step.',
      });
    }
    Validations.of(stateMachine).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'X-Ray, and the delivery of logs by CloudWatch, have no resources to name.',
    });
    // A distributed Map starts executions of its own state machine, whose names it makes.
    const name = `{"Fn::Select":[6,{"Fn::Split":[":",{"Ref":"${this.#idOf(stateMachine)}"}]}]}`;
    const { region, account } = Stack.of(this);
    const place = [
      Token.isUnresolved(region) ? '<AWS::Region>' : region,
      Token.isUnresolved(account) ? '<AWS::AccountId>' : account,
    ].join(':');
    const executions = `arn:<AWS::Partition>:states:${place}:execution:${name}`;
    for (const suffix of [':*', '/*:*']) {
      Validations.of(stateMachine).acknowledge({
        id: `AwsSolutions-IAM5[Resource::${executions}${suffix}]`,
        reason: 'Executions of this one state machine, which its distributed Map starts and follows.',
      });
    }
  }

  #idOf(construct: IConstruct): string {
    return Stack.of(this).getLogicalId(resourceOf(construct));
  }
}
