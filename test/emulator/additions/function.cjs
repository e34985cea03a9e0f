'use strict';

// One invocation of a Lambda function: the call on standard input, the answer as the last line of standard output, all else on standard error.
const fs = require('node:fs');
const path = require('node:path');

console.log = console.info = console.debug = console.warn = console.error;
const { event, functionName, functionArn, timeoutSeconds } = JSON.parse(fs.readFileSync(0, 'utf8'));
const [, file, name] = /^(.+?)\.([^./]+)$/.exec(process.env._HANDLER);
const ends = Date.now() + timeoutSeconds * 1000;
const context = { functionName, invokedFunctionArn: functionArn, awsRequestId: '00000000-0000-4000-8000-000000000000', getRemainingTimeInMillis: () => ends - Date.now() };

setTimeout(() => {
  finish({ errorType: 'Sandbox.Timedout', errorMessage: `Task timed out after ${timeoutSeconds}.00 seconds` }, 1);
}, timeoutSeconds * 1000).unref();

/** @param {unknown} answer @param {number} code */
function finish(answer, code) {
  fs.writeSync(1, `${JSON.stringify(answer ?? null)}\n`);
  process.exit(code);
}

(async () => require(path.resolve(process.env.LAMBDA_TASK_ROOT, file))[name](event, context))().then(
  (answer) => finish(answer, 0),
  (error) => finish({ errorType: error.name, errorMessage: error.message, trace: String(error.stack).split('\n') }, 1),
);
