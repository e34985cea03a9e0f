/**
 * The lowest aws-cdk-lib that users may have. 2.269.0 is the first one whose `Validations` takes acknowledgements of findings
 * about resources, such as `AwsSolutions-IAM5[Resource::*]` (docs/decisions/0006-floors.md).
 */
export const AWS_CDK_FLOOR = '2.269.0';

/** The lowest `constructs` that aws-cdk-lib at the floor accepts. */
export const CONSTRUCTS_FLOOR = '10.5.1';

/** What the project itself is built and tested with, beyond what projen adds. */
export const VERSIONS = [
  'aws-cdk-lib@2.276.0', // newer than the floor: it brings the strict CloudFormation validation that our tests use
  'aws-cdk@^2.1148.1', // not `latest`: that tag points at a broken stray release
  '@aws-sdk/client-backup@^3',
  '@aws-sdk/client-efs@^3',
  '@jest/test-sequencer@^30', // test/runner adds to these two parts of Jest
  '@cdklabs/cdk-validator-cfnguard@^0.0.62', // Control Tower's proactive controls, run without AWS
  '@types/aws-lambda@^8',
  'ajv@^8', // checks what we publish against its JSON Schemas
  'asl-validator@^4',
  'aws-local-stepfunctions@^3',
  'cdk-nag@^3',
  'cli-progress@^3',
  '@types/cli-progress@^3',
  'croner@^11',
  'fast-check@^4',
  'fastify@^5',
  'jest-environment-node@^30',
  'jsonpath-plus@^10',
];
