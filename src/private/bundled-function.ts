import * as path from 'path';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IKeyRef } from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Validations } from 'aws-cdk-lib/core';
import type { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import { encryptedLogGroup } from './encrypted-log-group';
import { ServiceRole } from './service-role';

export interface BundledFunctionProps {
  /** The folder of the bundle below assets/lambda. */
  readonly bundle: string;
  readonly description: string;
  readonly environment: Record<string, string>;
  readonly timeout: Duration;
  readonly memorySize: number;
  readonly runtime: lambda.Runtime;
  readonly logRetention: RetentionDays;
  readonly encryptionKey?: IKeyRef;
  /** What the function needs besides this, such as a VPC. */
  readonly more?: Partial<lambda.FunctionProps>;
  /** Findings of compliance packs that this function cannot meet besides: the rule, which must be in PACKS, and the reason. */
  readonly acknowledgements: Record<string, string>;
}

/** Findings that no function of a workflow can meet, since all are called synchronously by one state machine. */
const ACKNOWLEDGEMENTS: Record<string, string> = {
  LambdaDLQ: 'a dead-letter queue serves asynchronous invocations only; Step Functions invokes this function synchronously and handles its errors',
  LambdaConcurrency: 'each execution of one state machine invokes it once at a time; a reservation would be taken from the quota of the account, and a new account has none to spare',
};
/** The packs that have a rule; of all others the name of the rule means nothing. */
const PACKS: Record<string, string[]> = {
  LambdaDLQ: ['HIPAA.Security', 'NIST.800.53.R5', 'Serverless'],
  LambdaConcurrency: ['HIPAA.Security', 'NIST.800.53.R5'],
  LambdaInsideVPC: ['HIPAA.Security', 'NIST.800.53.R4', 'NIST.800.53.R5', 'PCI.DSS.321'],
  LambdaDefaultMemorySize: ['Serverless'],
  LambdaTracing: ['Serverless'],
  IAMNoInlinePolicy: ['HIPAA.Security', 'NIST.800.53.R4', 'NIST.800.53.R5', 'PCI.DSS.321'],
};

/** Acknowledges findings of compliance packs: rules without the names of the packs, each with its reason. */
export function acknowledgeRules(construct: IConstruct, rules: Record<string, string>): void {
  for (const [rule, reason] of Object.entries(rules)) {
    for (const pack of PACKS[rule]) {
      Validations.of(construct).acknowledge({ id: `${pack}-${rule}`, reason });
    }
  }
}

/** A Lambda function of a bundle that ships with this library: neither esbuild nor Docker is needed at synth. */
export class BundledFunction extends Construct {
  public readonly function: lambda.Function;
  public readonly role: ServiceRole;

  constructor(scope: Construct, id: string, props: BundledFunctionProps) {
    super(scope, id);
    this.role = new ServiceRole(this, 'ServiceRole', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'), description: props.description });
    const logGroup = encryptedLogGroup(this, 'LogGroup', { retention: props.logRetention, encryptionKey: props.encryptionKey });
    this.role.addStatements(new iam.PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] }));
    this.role.addUnscopedStatements('X-Ray knows no resource-level permissions for traces', 'xray:PutTelemetryRecords', 'xray:PutTraceSegments');
    this.function = new lambda.Function(this, 'Resource', {
      ...props.more,
      code: lambda.Code.fromAsset(path.join(__dirname, '..', '..', 'assets', 'lambda', props.bundle)),
      handler: 'index.handler',
      description: props.description,
      environment: props.environment,
      timeout: props.timeout,
      memorySize: props.memorySize,
      runtime: props.runtime,
      role: this.role.role,
      logGroup,
      tracing: lambda.Tracing.ACTIVE,
    });
    acknowledgeRules(this.function, { ...ACKNOWLEDGEMENTS, ...props.acknowledgements });
  }
}
