/**
 * Types of resources that moto's CloudFormation lacks, and that no service of moto could carry: they get a name and attributes,
 * and nothing comes of their properties. A type that is in a template and neither known to moto, nor to
 * `test/emulator/additions/resources.py`, nor here, fails the deployment.
 */
export const STAND_INS: Readonly<Record<string, string>> = {
  'AWS::Backup::BackupSelection': 'moto has no selections: nothing in it decides what a plan backs up',
  'AWS::CDK::Metadata': 'usage statistics of CDK: a resource without meaning, in AWS, too',
};

/** Custom resources that are answered at once, their functions not run; all others are run with the archive that was deployed. */
export const ANSWERED: Readonly<Record<string, string>> = {
  'Custom::VpcRestrictDefaultSG': "a function of aws-cdk-lib for the user's VPC; it takes the AWS SDK of the Lambda runtime, which is not here",
};

/** Types in the stack of `cdk bootstrap` that moto lacks. */
export const BOOTSTRAP: Readonly<Record<string, string>> = {
  'AWS::S3::BucketPolicy': 'the policy of the bucket for assets: moto lets everybody in anyway',
};

/*
 * What moto takes and does nothing with, so that no test here shows it:
 * - the access policy of a vault, its lock and its notifications; the policy of a file system (`FileSystemPolicy`)
 * - `BackupPolicy: DISABLED`: moto knows file systems with automatic backups and others that never had a policy
 * - conditions of statements other than `StringEquals`: they count as met
 * - the update and the deletion of custom resources: moto calls their functions for the creation only
 * - `DeletionPolicy: Retain` of a resource that an update takes out of the stack: moto deletes it; it keeps to it when the stack is deleted
 * - the file systems of functions: moto mounts nothing, so the worker is deployed and never run
 * - jobs of AWS Backup: an execution comes as far as the first call of it
 */
