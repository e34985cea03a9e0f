import * as fs from 'node:fs';
import type { StateEvent } from '../../rehearsal/run/execution-history';
import { allStates } from '../../rehearsal/run/state-machine-definition';
import type { Definition } from '../../rehearsal/run/state-machine-definition';

/** What of a definition was executed, by whatever executions it was told of. */
export class Coverage {
  private readonly visited = new Set<string>();
  private readonly caught = new Set<string>();

  public observe(event: StateEvent): void {
    if (event.kind === 'entered') {
      this.visited.add(event.state);
    } else if (event.kind === 'caught') {
      this.caught.add(`${event.state} → ${event.next}`);
    }
  }

  /** The states that no execution entered, those inside of Map and Parallel states included. */
  public unvisited(definition: Definition): string[] {
    return [...allStates(definition)].map(([name]) => name).filter((name) => !this.visited.has(name)).sort();
  }

  /** The catches that no execution took, as `state → next`. */
  public untaken(definition: Definition): string[] {
    return [...allStates(definition)].flatMap(([name, { Catch = [] }]) => Catch.map(({ Next }) => `${name} → ${Next}`))
      .filter((taken) => !this.caught.has(taken)).sort();
  }
}

/** The definition of the only state machine of a template; references are left out of it. */
export function definitionIn(template: string): Definition {
  const { Resources } = JSON.parse(fs.readFileSync(template, 'utf8')) as { Resources: Record<string, any> };
  const machine = Object.values(Resources).find(({ Type }) => Type === 'AWS::StepFunctions::StateMachine')!;
  return JSON.parse((machine.Properties.DefinitionString['Fn::Join'][1] as unknown[]).map((part) => (typeof part === 'string' ? part : 'x')).join('')) as Definition;
}
