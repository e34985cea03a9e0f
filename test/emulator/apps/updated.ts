/** The quick start as its next deployment may be: one more role, and a tag on the state machine. Nothing is replaced. */
import * as iam from 'aws-cdk-lib/aws-iam';
import { App, Tags } from 'aws-cdk-lib/core';
import { QuickStart } from '../../../examples/quick-start';
import { EfsRestoreWorkflow } from '../../../src';

const app = new App();
const stack = new QuickStart(app, 'QuickStart');
const workflow = stack.node.findAll().find((construct) => construct instanceof EfsRestoreWorkflow)!;
workflow.grants.read(new iam.Role(stack, 'Auditors', { assumedBy: new iam.AccountRootPrincipal() }));
Tags.of(workflow.stateMachine).add('deployment', 'second');
app.synth();
process.exit(); // or the app of the quick start itself would be written over it
