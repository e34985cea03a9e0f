/**
 * Quick start: a file system that is backed up every day into a vault that denies deletion, and the workflow that restores it.
 *
 *   npx cdk deploy
 */
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib/core';
import { AfterRestore, BackedUpFileSystem, EfsBackupPlan, EfsBackupRule, EfsBackupVault } from '../src';

export class QuickStart extends Stack {
  constructor(app: App, id: string) {
    super(app, id);
    const vpc = new ec2.Vpc(this, 'Vpc', { natGateways: 0, maxAzs: 2 });

    const vault = new EfsBackupVault(this, 'Vault');
    const plan = new EfsBackupPlan(this, 'Plan', {
      backupVault: vault,
      backupPlanRules: [new EfsBackupRule({
        ruleName: 'Daily',
        scheduleExpression: events.Schedule.cron({ hour: '3', minute: '0' }),
        deleteAfter: Duration.days(35),
      })],
    });
    const data = new BackedUpFileSystem(this, 'Data', { vpc, backupPlan: plan }); // the plan selects it by its tag

    const restore = data.addRestoreWorkflow('Restore', { notificationTopic: new sns.Topic(this, 'Restores', { enforceSSL: true }) });
    restore.grants.startExecution(new iam.Role(this, 'Operators', { assumedBy: new iam.AccountRootPrincipal() }));

    new CfnOutput(this, 'RestoreOneFile', {
      description: 'Brings one file back into its place',
      value: restore.startExecutionCommand({ items: ['/projects/alpha/report.txt'], afterRestore: AfterRestore.MOVE_INTO_PLACE }),
    });
  }
}

export const app = new App();
new QuickStart(app, 'QuickStart');
