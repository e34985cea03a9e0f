/** The quick start as its next deployment may be: one more role that may read the restores. */
import * as iam from 'aws-cdk-lib/aws-iam';
import { App } from 'aws-cdk-lib/core';
import { QuickStart } from '../../../examples/quick-start';
import { EfsRestoreWorkflow } from '../../../src';

const app = new App();
const stack = new QuickStart(app, 'QuickStart');
const workflow = stack.node.findAll().find((construct) => construct instanceof EfsRestoreWorkflow)!;
workflow.grants.read(new iam.Role(stack, 'Auditors', { assumedBy: new iam.AccountRootPrincipal() }));
app.synth();
process.exit(); // or the app of the quick start itself would be written over it
