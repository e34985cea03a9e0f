import * as iam from 'aws-cdk-lib/aws-iam';
import type { IKeyRef } from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { CustomResource, Duration, Stack, Validations } from 'aws-cdk-lib/core';
import type { RemovalPolicy } from 'aws-cdk-lib/core';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { acknowledgeRules, BundledFunction } from './bundled-function';
import { ServiceRole } from './service-role';
import { EnvironmentVariable } from '../core/contract';
import type { CustomResourceKind } from '../core/custom-resource';

const NO_SETTING = 'the provider framework of aws-cdk-lib takes no setting for this';
/** Findings about the functions of the framework. */
const FRAMEWORK_FUNCTION = {
  LambdaConcurrency: 'runs while a stack is deployed, once for each custom resource; a reservation would be taken from the quota of the account',
  LambdaDLQ: 'the provider framework of aws-cdk-lib tells CloudFormation every failure, which shows it in the events of the stack',
  LambdaDefaultMemorySize: NO_SETTING,
  LambdaTracing: NO_SETTING,
  LambdaInsideVPC: 'it only calls our function, Step Functions and CloudFormation; in a VPC it would need NAT or interface endpoints for that',
};
/** Findings about its state machine, which repeats one call until it is done. */
const FRAMEWORK_STATE_MACHINE = {
  'AwsSolutions-SF1': 'the provider framework of aws-cdk-lib only repeats one call, and each of them is in the log of the function',
  'AwsSolutions-SF2': NO_SETTING,
  'Serverless-StepFunctionStateMachineXray': NO_SETTING,
};
const WAITER_ROLE = 'the provider framework of aws-cdk-lib takes no role for its state machine; this one may invoke two functions of the framework and nothing else';
/**
 * A managed policy holds 6,144 characters ("IAM and AWS STS quotas", IAM User Guide). A final backup takes three statements of about 500
 * characters in all, where the feature flag that merges statements is off.
 */
const MOST_ARNS = 8;

/** What one kind of custom resource needs of its function. */
export interface CustomResourceProviderProps {
  readonly kind: CustomResourceKind;
  /** What the function does; the description of its role. */
  readonly description: string;
  /** How often CloudFormation's question is asked again. */
  readonly queryInterval: Duration;
  /** Encrypts the logs. @default - CloudWatch Logs encrypts with a key of its own */
  readonly encryptionKey?: IKeyRef;
}

/**
 * The function behind all custom resources of a kind in a stack, and the provider framework in front of it: it answers
 * CloudFormation, survives lost answers, and waits.
 *
 * A log key of one's own makes another function, since the logs of one function have one key.
 */
export class CustomResourceProvider extends Construct {
  /** The one of a stack; made with the first resource of its kind. */
  public static of(scope: Construct, props: CustomResourceProviderProps): CustomResourceProvider {
    const stack = Stack.of(scope);
    const id = `CdkEfsBackup${props.kind}${props.encryptionKey?.node.addr.slice(0, 8) ?? ''}`;
    return stack.node.tryFindChild(id) as CustomResourceProvider | undefined ?? new CustomResourceProvider(stack, id, props);
  }

  /** The role of the function. */
  public readonly role: ServiceRole;
  private readonly kind: CustomResourceKind;
  private readonly serviceToken: string;
  private readonly allowed = new Map<string, Set<string>>();

  private constructor(scope: Construct, id: string, props: CustomResourceProviderProps) {
    super(scope, id);
    this.kind = props.kind;
    const bundled = new BundledFunction(this, 'Function', {
      bundle: 'custom-resources.lambda',
      description: props.description,
      environment: { [EnvironmentVariable.CUSTOM_RESOURCE]: props.kind },
      timeout: Duration.minutes(5), // up to two minutes until new permissions hold, besides the calls themselves
      memorySize: 256,
      runtime: lambda.Runtime.NODEJS_24_X,
      logRetention: RetentionDays.ONE_YEAR,
      encryptionKey: props.encryptionKey,
      acknowledgements: {
        LambdaDLQ: 'a dead-letter queue serves asynchronous invocations only; the provider framework invokes this function synchronously and handles its errors',
        LambdaConcurrency: FRAMEWORK_FUNCTION.LambdaConcurrency,
        LambdaInsideVPC: 'it only calls the APIs of AWS Backup and EFS; in a VPC it would need NAT or interface endpoints for that',
      },
    });
    this.role = bundled.role;

    const onEvent = this.frameworkRole('OnEvent', bundled);
    const provider = new Provider(this, 'Provider', {
      onEventHandler: bundled.function,
      isCompleteHandler: bundled.function, // it tells the two calls apart by what it was answered with
      queryInterval: props.queryInterval,
      totalTimeout: Duration.hours(1),
      logGroup: bundled.function.logGroup,
      frameworkOnEventRole: onEvent.role,
      frameworkCompleteAndTimeoutRole: this.frameworkRole('IsComplete', bundled).role,
    });
    const waiter = provider.node.findAll().find((child): child is CfnStateMachine => CfnStateMachine.isCfnStateMachine(child))!;
    onEvent.addStatements(new iam.PolicyStatement({ actions: ['states:StartExecution'], resources: [waiter.ref] }));
    this.serviceToken = provider.serviceToken;
    this.acknowledgeFramework(provider, waiter);
  }

  /** Makes a custom resource of this kind. */
  public resource(scope: Construct, id: string, properties: object, removalPolicy?: RemovalPolicy): CustomResource {
    return new CustomResource(scope, id, {
      serviceToken: this.serviceToken,
      resourceType: `Custom::Efs${this.kind}`,
      properties: { ...properties },
      removalPolicy,
    });
  }

  /** Lets the function do something to one more resource; beyond what fits one policy, to everything that the pattern names. */
  public allow(statement: Required<Pick<iam.PolicyStatementProps, 'actions'>> & Pick<iam.PolicyStatementProps, 'conditions'>, arn: string, pattern: string): void {
    const key = statement.actions.join();
    const known = this.allowed.get(key) ?? new Set();
    this.allowed.set(key, known.add(JSON.stringify(Stack.of(this).resolve(arn))));
    if (known.size <= MOST_ARNS) {
      this.role.addStatements(new iam.PolicyStatement({ ...statement, resources: [arn] })); // equal ones are dropped
    } else {
      this.role.addWildcardStatements(`more than ${MOST_ARNS} resources, whose ARNs do not fit one policy; limited to this account and Region`, new iam.PolicyStatement({ ...statement, resources: [pattern] }));
    }
  }

  /** A role of the functions of the framework. Two are needed: the one starts what the other's functions belong to. */
  private frameworkRole(id: string, bundled: BundledFunction): ServiceRole {
    const role = new ServiceRole(this, `${id}Role`, {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      description: id === 'OnEvent' ? 'Hands the requests of CloudFormation to a custom resource of EFS backups' : 'Waits for a custom resource of EFS backups and answers CloudFormation',
    });
    role.addStatements(
      new iam.PolicyStatement({ actions: ['lambda:InvokeFunction', 'lambda:GetFunction'], resources: [bundled.function.functionArn] }),
      new iam.PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [bundled.function.logGroup.logGroupArn] }),
    );
    return role;
  }

  private acknowledgeFramework(provider: Provider, waiter: CfnStateMachine): void {
    const children = provider.node.findAll();
    const functions = children.filter((child): child is lambda.Function => child instanceof lambda.Function);
    functions.forEach((fn) => acknowledgeRules(fn, FRAMEWORK_FUNCTION));
    Object.entries(FRAMEWORK_STATE_MACHINE).forEach(([id, reason]) => Validations.of(waiter).acknowledge({ id, reason }));
    for (const role of children.filter((child): child is iam.Role => child instanceof iam.Role)) {
      acknowledgeRules(role, { IAMNoInlinePolicy: WAITER_ROLE });
      for (const fn of functions) {
        const [id, attribute] = Stack.of(this).resolve(fn.functionArn)['Fn::GetAtt'];
        // rule and finding, without the name of the pack, as in ServiceRole
        Validations.of(role).acknowledge({ id: `AwsSolutions-IAM5[Resource::<${id}.${attribute}>:*]`, reason: WAITER_ROLE });
      }
    }
  }
}
