'use strict';

// Runs in the child process of a Lambda execution environment, on the bare Node.js of the Lambda runtime: loads the handler once, then serves
// one invocation after the other. It speaks with its parent in texts of JSON, as Lambda's runtime API does with its interface client.
const path = require('node:path');
const { isNativeError } = require('node:util').types;

const { handler, arn, functionName, memorySize } = JSON.parse(process.argv[2]);

// Lets a test run out of time after so many looks at the clock in one invocation, on machines of any speed.
const MOST_LOOKS_AT_CLOCK = Number(process.env.REHEARSAL_LOOKS_AT_CLOCK || Infinity);

// Lets a test work at another time than now.
const SECONDS_AHEAD = Number(process.env.REHEARSAL_SECONDS_AHEAD || 0);
if (SECONDS_AHEAD !== 0) {
  const now = Date.now;
  Date.now = () => now() + SECONDS_AHEAD * 1000;
}

// The library runs several invocations of one environment in a row, never two at once: this is the one under way.
let current;

/** The shape in which the Node.js runtime of Lambda reports errors (aws-lambda-nodejs-runtime-interface-client, Errors.js). */
function describe(error) {
  if (isNativeError(error)) {
    return { errorType: error.name, errorMessage: error.message, trace: (error.stack || '').split('\n') };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

/** Ends the output of an invocation on both streams, so that the parent knows when it has read all of it. */
function endOutput(requestId) {
  process.stdout.write(`\u0000${requestId}\u0000`);
  process.stderr.write(`\u0000${requestId}\u0000`);
}

function answer(message, then) {
  const { requestId } = current;
  current = undefined;
  endOutput(requestId);
  process.send(JSON.stringify({ requestId, ...message }), then);
}

function failAndExit(error, code) {
  const leave = () => process.exit(code);
  if (current === undefined) {
    leave();
  } else {
    answer({ error, exits: true }, leave);
  }
}

process.on('disconnect', () => process.exit(0)); // the parent is gone
process.on('uncaughtException', (error) => failAndExit(describe(error), 129));
process.on('unhandledRejection', (reason) => {
  const message = reason instanceof Error ? reason.toString() : String(reason);
  failAndExit({ errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: message, trace: describe(reason).trace }, 128);
});

/** `index.handler`: the exported function `handler` of the file index.js. */
function load() {
  const [, file, name] = /^(.+?)\.([^./]+)$/.exec(handler) || [];
  let exported;
  try {
    exported = require(path.resolve(process.env.LAMBDA_TASK_ROOT, file));
  } catch (error) {
    throw Object.assign(new Error(String(error)), { name: error.code === 'MODULE_NOT_FOUND' ? 'Runtime.ImportModuleError' : error.name });
  }
  if (typeof exported[name] !== 'function') {
    throw Object.assign(new Error(`${handler} is undefined or not exported`), { name: 'Runtime.HandlerNotFound' });
  }
  return exported[name];
}

async function serve(handle, { requestId, event, deadline }) {
  current = { requestId };
  let looks = 0;
  const context = {
    awsRequestId: requestId,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: arn,
    memoryLimitInMB: String(memorySize),
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: `[$LATEST]${requestId.replaceAll('-', '')}`,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => ((looks += 1) > MOST_LOOKS_AT_CLOCK ? 0 : deadline - Date.now()),
  };
  let message;
  try {
    const result = await handle(JSON.parse(event), context);
    message = { payload: JSON.stringify(result === undefined ? null : result) };
  } catch (error) {
    message = { error: describe(error) };
  }
  if (current !== undefined) {
    answer(message);
  }
}

let handle;
try {
  handle = load();
} catch (error) {
  process.send(JSON.stringify({ initError: describe(error) }), () => process.exit(1));
}
if (handle !== undefined) {
  process.on('message', (text) => serve(handle, JSON.parse(text)));
  process.send(JSON.stringify({ ready: true }));
}
