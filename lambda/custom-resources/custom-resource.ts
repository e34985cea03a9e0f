/** A request of CloudFormation, as the provider framework of aws-cdk-lib hands it over. */
export interface CustomResourceRequest<Properties> {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly StackId: string;
  readonly LogicalResourceId: string;
  /** Unique for each request of CloudFormation, and the same when the framework repeats it. */
  readonly RequestId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Properties;
}

/** How a request began. */
export interface Beginning<Memo> {
  /**
   * Another one than before means another thing: CloudFormation deletes the former one by its own id then. It also gets a
   * deletion with this id if the creation fails later on, so that it holds everything that an undoing must know.
   */
  readonly physicalResourceId: string;
  /** What the following calls must know. */
  readonly memo?: Memo;
}

/** How far a request has come: finished, or what it waits for. */
export type Progress = { readonly done: true } | { readonly done: false; readonly waitingFor: string };

export const DONE: Progress = { done: true };
export const waitingFor = (what: string): Progress => ({ done: false, waitingFor: what });

/**
 * A thing that CloudFormation makes, changes and deletes through us. `begin` is called once and looks before anything is changed;
 * what it answers with is known to CloudFormation from then on. `goOn` is called again and again until it is done, and may be
 * called again after a step that was made already.
 */
export interface CustomResource<Properties, Memo = undefined> {
  begin(request: CustomResourceRequest<Properties>): Promise<Beginning<Memo>>;
  goOn(request: CustomResourceRequest<Properties>, memo: Memo, late: boolean): Promise<Progress>;
}

/** An error that trying again does not help against; it is worded for whoever reads the event of the stack. */
export class CustomResourceError extends Error {}
