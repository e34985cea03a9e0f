import * as fs from 'node:fs';
import * as path from 'node:path';
import type { StateEvent } from '../../rehearsal/run/execution-history';
import { allStates } from '../../rehearsal/run/state-machine-definition';
import type { Definition } from '../../rehearsal/run/state-machine-definition';

/** Which states of a synthesized definition were executed, and which of its catches were taken, in Map states too. */
export class DefinitionCoverage {
  /** Reads the one state machine of a template whose logical id matches. */
  public static ofTemplate(directory: string, template: string, logicalId: RegExp): DefinitionCoverage {
    const { Resources } = JSON.parse(fs.readFileSync(path.join(directory, template), 'utf8')) as { Resources: Record<string, any> };
    const found = Object.entries(Resources).filter(([id, { Type }]) => Type === 'AWS::StepFunctions::StateMachine' && logicalId.test(id));
    if (found.length !== 1) {
      throw new Error(`${found.length} state machines match ${logicalId}`);
    }
    const text = (found[0][1].Properties.DefinitionString['Fn::Join'][1] as unknown[]).map((part) => (typeof part === 'string' ? part : 'x')).join('');
    return new DefinitionCoverage(JSON.parse(text));
  }

  private readonly visited = new Set<string>();
  private readonly caught = new Set<string>();

  constructor(public readonly definition: Definition) {}

  public observe(event: StateEvent): void {
    if (event.kind === 'entered') {
      this.visited.add(event.state);
    } else if (event.kind === 'caught') {
      this.caught.add(`${event.state} → ${event.next}`);
    }
  }

  public get states(): string[] {
    return [...allStates(this.definition)].map(([name]) => name).sort();
  }

  /** What no execution entered. */
  public get unvisitedStates(): string[] {
    return this.states.filter((state) => !this.visited.has(state));
  }

  /** Every catch that no execution took, as `state → next`. */
  public get untakenCatches(): string[] {
    const catches = [...allStates(this.definition)].flatMap(([name, { Catch = [] }]) => Catch.map(({ Next }) => `${name} → ${Next}`));
    return catches.sort().filter((taken) => !this.caught.has(taken));
  }
}
