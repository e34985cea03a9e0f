import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { at, invoke, publish } from '../../private/workflow-tasks';

export interface EndingProps {
  readonly outcome: 'Success' | 'Failure';
  readonly controlPlane: lambda.IFunction;
  readonly topicArn?: string;
  readonly last: sfn.State;
}

/**
 * Reports, tells the topic, and ends. A report that cannot be made or sent does not change how the restore ended. The report takes the
 * place of the state: both would not fit.
 */
export function ending(scope: Construct, { outcome, controlPlane, topicArn, last }: EndingProps): sfn.State {
  const report = invoke(scope, `Report${outcome}`, controlPlane, '$', { operation: 'report', execution: at('$') });
  const unreported = new sfn.Pass(scope, `${outcome}Unreported`, {
    parameters: {
      subject: `EFS restore ${outcome === 'Success' ? 'succeeded' : 'failed'}, without a report`,
      report: {
        'outcome': outcome === 'Success' ? 'SUCCEEDED' : 'FAILED',
        ...(outcome === 'Success' ? {} : { 'error.$': '$.failure.Error' }),
        'sentence.$': "States.Format('The report could not be written ({}); what was done is in the history of the execution.', $.reportError.Error)",
      },
    },
  });
  report.addCatch(unreported, { resultPath: '$.reportError' });
  if (topicArn === undefined) {
    report.next(last);
    unreported.next(last);
    return report;
  }
  const tell = publish(scope, `Publish${outcome}`, topicArn, {
    Subject: at('$.subject'),
    Message: sfn.JsonPath.jsonToString(sfn.JsonPath.objectAt('$.report')),
  });
  tell.addCatch(last, { resultPath: '$.publishError' });
  report.next(tell).next(last);
  unreported.next(tell);
  return report;
}
