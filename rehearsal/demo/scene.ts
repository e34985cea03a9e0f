import type { StateEvent } from '../run/execution-history';

/** What happens in a scenario, and what a scenario does about it. */
export class Scene {
  public readonly events: StateEvent[] = [];
  private readonly listeners: Array<(event: StateEvent) => void> = [];

  /** To be told of everything that happens. */
  public readonly listener = (event: StateEvent): void => {
    this.events.push(event);
    this.listeners.forEach((listener) => listener(event));
  };

  /** Does something whenever this happens to a state; how often it has happened is told. */
  public when(state: string, kind: StateEvent['kind'], action: (times: number) => void): void {
    let times = 0;
    this.listeners.push((event) => {
      if (event.state === state && event.kind === kind) {
        action(times += 1);
      }
    });
  }

  /** Does something the first time that a state is entered. */
  public once(state: string, action: () => void): void {
    this.when(state, 'entered', (times) => times === 1 && action());
  }

  public count(state: string, kind: StateEvent['kind'] = 'entered'): number {
    return this.events.filter((event) => event.state === state && event.kind === kind).length;
  }

  /** Waits until something is so. */
  public async until(what: string, holds: () => boolean): Promise<void> {
    for (let waited = 0; !holds(); waited += 5) {
      if (waited > 15_000) {
        throw new Error(`it never came to it that ${what}`);
      }
      await new Promise((resolve) => { setTimeout(resolve, 5); });
    }
  }
}
