import type { StateListener } from '../run/execution-history';

/** Where a scenario is played. */
export interface Stage {
  /** The cloud assembly of the scenario's app. */
  readonly assembly: string;
  /** An empty directory, which becomes the file system. */
  readonly root: string;
  /** Where AWS keeps its own. */
  readonly workingDirectory: string;
  readonly listener: StateListener;
  /** Tells whoever watches. */
  readonly say: (line: string) => void;
}

/** How it went. */
export interface Played {
  readonly report: { readonly sentence: string };
  /** The states in the order in which they were entered. */
  readonly states: readonly string[];
  readonly historyEvents: number;
  /** Everything that is not as it must be, a sentence each. */
  readonly faults: string[];
  /** What the demo looked at itself. */
  readonly checked: string;
}

/** One thing that happens in the life of a backup, and what must come of it. */
export interface Scenario {
  readonly name: string;
  /** Ends the sentence "playing while …". */
  readonly what: string;
  /** The app whose stack it is played on, from the root of the repository. */
  readonly app: string;
  /** What the restore ends with, if it does not end well. */
  readonly error?: string;
  readonly play: (stage: Stage) => Promise<Played>;
}
