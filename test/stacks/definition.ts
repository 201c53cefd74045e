import type { Template } from 'aws-cdk-lib/assertions';
import { resourceOf } from './stack.ts';

/** A state of the Amazon States Language, as far as tests look at it. */
export interface StateDefinition {
  readonly Type: string;
  readonly Next?: string;
  readonly Resource?: string;
  readonly Choices?: readonly { readonly Next: string }[];
  readonly Retry?: readonly Readonly<Record<string, unknown>>[];
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[]; readonly Next: string }[];
}

export interface MachineDefinition {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, StateDefinition>>;
}

/** The state machine of a template: what CloudFormation fills in is put in, functions by their logical ids. */
export function definitionOf(template: Template): MachineDefinition {
  const { Properties } = resourceOf(template, 'AWS::StepFunctions::StateMachine');
  const text = resolved(field(Properties, 'DefinitionString'));
  return JSON.parse(text);
}

function resolved(value: unknown): string {
  if (typeof value === 'string') return value;
  const join = field(value, 'Fn::Join');
  if (Array.isArray(join)) {
    const [separator, parts]: unknown[] = join;
    return Array.isArray(parts) ? parts.map(resolved).join(String(separator)) : '';
  }
  const attribute = field(value, 'Fn::GetAtt');
  if (Array.isArray(attribute)) return `arn:aws:lambda:eu-west-1:123456789012:function:${attribute[0]}`;
  return String(field(value, 'Ref')) === 'AWS::Partition' ? 'aws' : String(field(value, 'Ref'));
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}
