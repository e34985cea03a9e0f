import * as iam from 'aws-cdk-lib/aws-iam';
import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';

export interface ServiceRoleProps {
  /** Who assumes the role. */
  readonly assumedBy: iam.IPrincipal;
  /** What the role is for; IAM shows it. */
  readonly description: string;
  /** What happens to the role and its policy when they leave the stack. @default - they are deleted */
  readonly removalPolicy?: RemovalPolicy;
}

/** An IAM role and its customer managed policy. */
export class ServiceRole extends Construct {
  /**
   * The role, closed to others: the grants of L2 constructs add nothing to it, neither statements nor the inline policies that
   * compliance packs refuse (HIPAA, NIST and PCI packs of cdk-nag: IAMNoInlinePolicy).
   */
  public readonly role: iam.IRole;
  private readonly policy: iam.ManagedPolicy;

  constructor(scope: Construct, id: string, props: ServiceRoleProps) {
    super(scope, id);
    this.policy = new iam.ManagedPolicy(this, 'Policy', { description: props.description });
    // the role references the policy, not the other way round: whatever depends on the role then also waits for its permissions
    const role = new iam.Role(this, 'Role', { assumedBy: props.assumedBy, description: props.description, managedPolicies: [this.policy] });
    if (props.removalPolicy !== undefined) {
      // both or none: IAM does not delete a policy that is attached to a retained role
      role.applyRemovalPolicy(props.removalPolicy);
      this.policy.applyRemovalPolicy(props.removalPolicy);
    }
    this.role = role.withoutPolicyUpdates();
  }

  /** Adds statements whose resources hold no wildcard. */
  public addStatements(...statements: iam.PolicyStatement[]): void {
    this.policy.addStatements(...statements);
  }

  /** Adds statements whose resource ARNs must hold a wildcard, such as recovery points that do not exist yet, with the reason. */
  public addWildcardStatements(reason: string, ...statements: iam.PolicyStatement[]): void {
    this.policy.addStatements(...statements);
    for (const resource of statements.flatMap((statement) => statement.resources)) {
      const finding = this.flatten(resource);
      if (finding.includes('*')) {
        // rule and finding, without the name of the pack: the only spelling that cdk-nag 3 honours in validateScope as well as in a synth
        Validations.of(this.policy).acknowledge({ id: `AwsSolutions-IAM5[Resource::${finding}]`, reason });
      }
    }
  }

  /** Adds actions that know no resource-level permissions, so that `*` is the only resource that IAM accepts, with the reason. */
  public addUnscopedStatements(reason: string, ...actions: string[]): void {
    this.addWildcardStatements(reason, new iam.PolicyStatement({ actions, resources: ['*'] }));
  }

  /** Words a resource as cdk-nag does in its findings: `<AWS::Partition>` for a reference, `<LogicalId.Arn>` for an attribute. */
  private flatten(resource: string): string {
    const visit = (node: unknown): string => {
      if (typeof node === 'string') {
        return node;
      }
      const { Ref: ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = node as { 'Ref'?: string; 'Fn::GetAtt'?: string[]; 'Fn::Join'?: [string, unknown[]] };
      if (join !== undefined) {
        return join[1].map(visit).join(join[0]);
      }
      return ref !== undefined ? `<${ref}>` : attribute !== undefined ? `<${attribute.join('.')}>` : JSON.stringify(node);
    };
    return visit(Stack.of(this).resolve(resource));
  }
}
