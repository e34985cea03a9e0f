/** An error as it goes over the wire. */
export class AwsError extends Error {
  constructor(public readonly code: string, message: string, public readonly statusCode = 400) {
    super(message);
    this.name = code;
  }
}

// AWS Backup API reference, "Errors": all client errors of AWS Backup are HTTP 400, also those about resources that are not there.
export const resourceNotFound = (message: string): AwsError => new AwsError('ResourceNotFoundException', message);
export const missingParameterValue = (parameter: string): AwsError =>
  new AwsError('MissingParameterValueException', `A required parameter is missing: ${parameter}`);
export const invalidParameterValue = (message: string): AwsError => new AwsError('InvalidParameterValueException', message);
export const invalidRequest = (message: string): AwsError => new AwsError('InvalidRequestException', message);

/** What the rehearsal does not play: never a silent success, and no status that an SDK tries again. */
export const notRehearsed = (what: string): AwsError => new AwsError('NotRehearsed', `The rehearsal does not know ${what}`, 501);
