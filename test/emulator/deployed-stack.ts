import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Emulator } from './emulator';

interface Resource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly Properties?: Record<string, any>;
}

/** A stack that `cdk deploy` deployed: its template as it was sent, and what became of it. */
export class DeployedStack {
  /** Deploys an app with the command line of CDK; answers with its stacks. */
  public static deploy(emulator: Emulator, app: string): DeployedStack[] {
    const assembly = path.join(emulator.directory, 'cdk.out');
    fs.rmSync(assembly, { recursive: true, force: true });
    // not by change sets: moto forgets the outputs of a stack that was made by one;
    // nor with previous values of parameters, which it looks for in vain
    emulator.cdk('deploy', '--all', '--require-approval', 'never', '--method', 'direct', '--no-previous-parameters', '--app', app, '--output', assembly);
    return fs.readdirSync(assembly).filter((file) => file.endsWith('.template.json')).sort()
      .map((file) => new DeployedStack(emulator, file.replace('.template.json', ''), JSON.parse(fs.readFileSync(path.join(assembly, file), 'utf8'))));
  }

  private constructor(
    private readonly emulator: Emulator,
    public readonly name: string,
    public readonly template: { readonly Resources: Record<string, Resource> },
  ) { }

  public get status(): string {
    return this.description.StackStatus;
  }

  public get outputs(): Record<string, string> {
    return Object.fromEntries((this.description.Outputs ?? []).map((output: any) => [output.OutputKey, output.OutputValue]));
  }

  /** Logical id and physical id of what is in the stack. */
  public physicalIds(): Record<string, string> {
    const { StackResources } = this.emulator.aws('cloudformation', 'describe-stack-resources', '--stack-name', this.name);
    return Object.fromEntries(StackResources.map((resource: any) => [resource.LogicalResourceId, resource.PhysicalResourceId]));
  }

  /** The resources of a type, with their logical ids. */
  public ofType(type: string): Array<[string, Resource]> {
    return Object.entries(this.template.Resources).filter(([, resource]) => resource.Type === type);
  }

  /** The logical ids of a type's resources, of which those that the stack leaves behind. */
  public retained(type: string): string[] {
    return this.ofType(type).filter(([, { DeletionPolicy }]) => DeletionPolicy === 'Retain').map(([id]) => id);
  }

  private get description(): any {
    return this.emulator.aws('cloudformation', 'describe-stacks', '--stack-name', this.name).Stacks[0];
  }
}

/** A pattern of the text that a template makes: what is written in it literally, with anything but nothing and 'None' for each reference. */
export function patternOf(value: any): RegExp {
  const parts: any[] = typeof value === 'string' ? [value] : value['Fn::Join'][1];
  return new RegExp(`^${parts.map((part) => (typeof part === 'string' ? part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : '(?!None)[^"]+')).join('')}$`);
}
