/**
 * On demand: a backup before each deployment, with the service that writes to the file system paused meanwhile.
 *
 *   npx cdk deploy --app 'npx tsx examples/on-demand-before-deploy.ts'
 *
 * From then on, paste the output `BackUpFirst` in front of the next deployment: `<command> && npx cdk deploy`.
 */
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { BackedUpFileSystem, WorkflowHook } from '../src';

/** Sets how many tasks of a service run. */
class Scale extends sfn.StateMachine {
  constructor(scope: Construct, id: string, service: ecs.IBaseService, desiredCount: number) {
    super(scope, id, {
      definitionBody: sfn.DefinitionBody.fromChainable(new tasks.CallAwsService(scope, `${id}Service`, {
        service: 'ecs',
        action: 'updateService',
        parameters: { Cluster: service.cluster.clusterName, Service: service.serviceName, DesiredCount: desiredCount },
        iamResources: [service.serviceArn],
      })),
    });
  }
}

export class OnDemandBeforeDeploy extends Stack {
  constructor(app: App, id: string) {
    super(app, id);
    const vpc = new ec2.Vpc(this, 'Vpc', { natGateways: 0, maxAzs: 2 });
    const data = new BackedUpFileSystem(this, 'Data', { vpc });

    const cluster = new ecs.Cluster(this, 'Cluster', { vpc });
    const service = ecs.FargateService.fromFargateServiceAttributes(this, 'Service', { cluster, serviceName: 'writers' });

    const beforeDeploy = data.addOnDemandBackup('BeforeDeploy', {
      deleteAfter: Duration.days(14),
      before: WorkflowHook.startStateMachine(new Scale(this, 'Pause', service, 0), { timeout: Duration.minutes(10) }),
      after: WorkflowHook.startStateMachine(new Scale(this, 'Resume', service, 2), { timeout: Duration.minutes(10) }),
    });
    beforeDeploy.grants.startExecution(new iam.Role(this, 'Pipeline', { assumedBy: new iam.AccountRootPrincipal() }));

    new CfnOutput(this, 'BackUpFirst', {
      description: 'Makes a recovery point and waits for it; its exit status says whether there is one',
      value: beforeDeploy.backUpAndWaitCommand(),
    });
  }
}

export const app = new App();
new OnDemandBeforeDeploy(app, 'OnDemandBeforeDeploy');
