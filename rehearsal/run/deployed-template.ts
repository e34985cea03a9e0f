import { readStack } from './cloud-assembly';
import type { SynthesizedStack, TemplateResource } from './cloud-assembly';
import { imaginePhysicalResource } from './physical-resource';
import type { PhysicalResource, Place, ResolvedResource } from './physical-resource';

export type { PhysicalResource, ResolvedResource } from './physical-resource';

/** The account that the template is "deployed" to. Whatever is left out has a fixed default. */
export interface Account {
  readonly partition?: string;
  readonly region?: string;
  readonly accountId?: string;
  readonly stackName?: string;
  /** Ref and attributes by logical id; every other resource gets values that are plausible for its type. */
  readonly resources?: Readonly<Record<string, Partial<PhysicalResource>>>;
  /** Values of the template's parameters; their defaults otherwise. */
  readonly parameters?: Readonly<Record<string, unknown>>;
}

const URL_SUFFIXES: Readonly<Record<string, string>> = { 'aws': 'amazonaws.com', 'aws-us-gov': 'amazonaws.com', 'aws-cn': 'amazonaws.com.cn' };

/** AWS::NoValue: the property that holds it is left out. */
const NO_VALUE = Symbol('AWS::NoValue');

type Keys = Readonly<Record<string, unknown>>;

/** A synthesized template as CloudFormation would see it after the deployment: its intrinsic functions have values. */
export class DeployedTemplate {
  /** Reads the template from the directory that `cdk synth` wrote. */
  public static fromAssembly(directory: string, account: Account = {}, stack?: string): DeployedTemplate {
    return new DeployedTemplate(readStack(directory, stack), account);
  }

  public readonly place: Place;
  private readonly resolving = new Set<string>();

  constructor(private readonly stack: SynthesizedStack, private readonly account: Account = {}) {
    this.place = {
      partition: account.partition ?? 'aws',
      region: account.region ?? 'eu-central-1',
      accountId: account.accountId ?? '111122223333',
      stackName: account.stackName ?? stack.stackName,
    };
    for (const logicalId of Object.keys(account.resources ?? {})) {
      this.template(logicalId); // a misspelled logical id must not go unnoticed
    }
  }

  /** The value with every intrinsic function in it replaced by its value. */
  public resolve(value: unknown): unknown {
    const resolved = this.visit(value);
    return resolved === NO_VALUE ? undefined : resolved;
  }

  /** All resources of a type, with their properties resolved. */
  public resources(type: string): ResolvedResource[] {
    return Object.entries(this.stack.template.Resources)
      .filter(([, resource]) => resource.Type === type)
      .map(([logicalId]) => this.resource(logicalId));
  }

  /** One resource, with its properties resolved. */
  public resource(logicalId: string): ResolvedResource {
    const { Type, Properties } = this.template(logicalId);
    return { logicalId, type: Type, properties: this.resolve(Properties ?? {}) as Keys };
  }

  /** What CloudFormation answers for the resource: its Ref, and its attributes. */
  public physical(logicalId: string): PhysicalResource {
    const known = this.account.resources?.[logicalId]?.attributes;
    return { ref: this.referenceOf(logicalId), attributes: { ...this.imagine(logicalId)?.attributes, ...known } };
  }

  /** The directory of the code asset of a Lambda function. */
  public asset(resource: ResolvedResource): string {
    const code = resource.properties.Code as { readonly S3Key?: string } | undefined;
    const directory = this.stack.assets.get(code?.S3Key ?? '');
    if (directory === undefined) {
      throw new Error(`'${resource.logicalId}' (${resource.type}) has no directory of code in the cloud assembly, its Code is ${JSON.stringify(code)}`);
    }
    return directory;
  }

  private template(logicalId: string): TemplateResource {
    const resource = this.stack.template.Resources[logicalId];
    if (resource === undefined) {
      throw new Error(`the template has no resource '${logicalId}'; it has: ${Object.keys(this.stack.template.Resources).join(', ')}`);
    }
    return resource;
  }

  private visit(value: unknown): unknown {
    if (Array.isArray(value)) {
      return value.map((element) => this.visit(element)).filter((element) => element !== NO_VALUE);
    }
    if (typeof value !== 'object' || value === null) {
      return value;
    }
    const keys = Object.keys(value);
    if (keys.length === 1 && (keys[0] === 'Ref' || keys[0].startsWith('Fn::'))) {
      return this.intrinsic(keys[0], (value as Keys)[keys[0]]);
    }
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, this.visit(inner)]).filter(([, inner]) => inner !== NO_VALUE));
  }

  private intrinsic(name: string, argument: unknown): unknown {
    switch (name) {
      case 'Ref':
        return this.reference(String(argument));
      case 'Fn::GetAtt': {
        // both forms: ['Role', 'Arn'] and 'Role.Arn'
        const [logicalId, ...attribute] = Array.isArray(argument) ? argument.map((part) => String(this.visit(part))) : String(argument).split('.');
        return this.attribute(logicalId, attribute.join('.'));
      }
      case 'Fn::Join': {
        const [separator, parts] = argument as [string, unknown];
        return (this.visit(parts) as unknown[]).map(String).join(separator);
      }
      case 'Fn::Sub': {
        const [text, values] = Array.isArray(argument) ? (argument as [string, Keys]) : [String(argument), {} as Keys];
        return text.replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, variable: string) => {
          if (literal === '!') {
            return `\${${variable}}`;
          }
          if (variable in values) {
            return String(this.visit(values[variable]));
          }
          return String(variable.includes('.') ? this.intrinsic('Fn::GetAtt', variable) : this.reference(variable));
        });
      }
      case 'Fn::Select': {
        const [index, list] = argument as [number | string, unknown];
        const element = (this.visit(list) as unknown[])[Number(this.visit(index))];
        if (element === undefined) {
          throw new Error(`Fn::Select has no element ${JSON.stringify(index)} in ${JSON.stringify(this.visit(list))}`);
        }
        return element;
      }
      case 'Fn::Split': {
        const [separator, text] = argument as [string, unknown];
        return String(this.visit(text)).split(separator);
      }
      case 'Fn::GetAZs':
        return ['a', 'b', 'c'].map((zone) => `${String(this.visit(argument)) || this.place.region}${zone}`);
      default:
        throw new Error(`the intrinsic function '${name}' cannot be resolved here: ${JSON.stringify({ [name]: argument })}`);
    }
  }

  private reference(name: string): unknown {
    const { partition, region, accountId, stackName } = this.place;
    switch (name) {
      case 'AWS::Partition': return partition;
      case 'AWS::Region': return region;
      case 'AWS::AccountId': return accountId;
      case 'AWS::StackName': return stackName;
      case 'AWS::StackId': return `arn:${partition}:cloudformation:${region}:${accountId}:stack/${stackName}/00000000-0000-4000-8000-000000000000`;
      case 'AWS::NoValue': return NO_VALUE;
      case 'AWS::URLSuffix':
        if (!(partition in URL_SUFFIXES)) {
          throw new Error(`AWS::URLSuffix is unknown for the partition '${partition}'`);
        }
        return URL_SUFFIXES[partition];
    }
    const parameter = this.stack.template.Parameters?.[name];
    if (parameter !== undefined) {
      // the default of an SSM parameter is the name of the parameter, not its value
      const value = this.account.parameters?.[name] ?? (parameter.Type.startsWith('AWS::SSM::') ? undefined : parameter.Default);
      if (value === undefined) {
        throw new Error(`Ref of the parameter '${name}' (${parameter.Type}) has no value; give it in the description of the account`);
      }
      return value;
    }
    if (name.startsWith('AWS::')) {
      throw new Error(`Ref of the pseudo parameter '${name}' cannot be resolved here`);
    }
    return this.referenceOf(name);
  }

  private referenceOf(logicalId: string): string {
    const ref = this.account.resources?.[logicalId]?.ref ?? this.imagine(logicalId)?.ref;
    if (ref === undefined) {
      throw new Error(`Ref of '${logicalId}' is unknown for the type ${this.template(logicalId).Type}; give it in the description of the account`);
    }
    return ref;
  }

  private attribute(logicalId: string, attribute: string): unknown {
    const known = this.account.resources?.[logicalId]?.attributes;
    const attributes = known !== undefined && attribute in known ? known : this.imagine(logicalId)?.attributes;
    if (attributes === undefined || !(attribute in attributes)) {
      const { Type } = this.template(logicalId);
      throw new Error(`Fn::GetAtt '${logicalId}.${attribute}' is unknown for the type ${Type}; give it in the description of the account`);
    }
    return attributes[attribute];
  }

  private imagine(logicalId: string): PhysicalResource | undefined {
    const { Type, Properties } = this.template(logicalId);
    if (this.resolving.has(logicalId)) {
      throw new Error(`the name of the resource '${logicalId}' (${Type}) refers to itself; give its ref and attributes in the description of the account`);
    }
    this.resolving.add(logicalId);
    try {
      // only the names: other properties may well refer back to this resource
      const names = Object.entries(Properties ?? {}).filter(([property]) => property.endsWith('Name'));
      return imaginePhysicalResource({ logicalId, type: Type, properties: this.resolve(Object.fromEntries(names)) as Keys }, this.place);
    } finally {
      this.resolving.delete(logicalId);
    }
  }
}
