import type { App } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R4Checks, NIST80053R5Checks, PCIDSS321Checks, ServerlessChecks } from 'cdk-nag';

const PACKS = [AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R4Checks, NIST80053R5Checks, PCIDSS321Checks, ServerlessChecks];

/** What the six packs of cdk-nag find in an app, beyond what is acknowledged: rule and path. */
export function findings(app: App): string[] {
  return PACKS.flatMap((Pack) => new Pack(app).validateScope(app).violations)
    .flatMap((violation) => violation.violatingResources.map((resource) => `${violation.ruleName} ${resource.constructPath}`));
}

/** Findings of constructs under a path. */
export function findingsUnder(app: App, path: string): string[] {
  return findings(app).filter((finding) => finding.includes(` ${path}`));
}
