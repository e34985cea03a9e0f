// The built-in validation of templates costs seconds per test file: test/templates.test.ts turns it on, all others off.
process.env.CDK_VALIDATION = 'false';

// Jest remembers 100 callers of every error. A library of the rehearsal throws one at each path that it reads: 8 % of the time of test/scale.
Error.stackTraceLimit = 20;
// Trees of tests lie in plain directories, and whoever runs the tests owns them; root does not.
process.env.MOUNT_CHECK = 'DIRECTORY';
