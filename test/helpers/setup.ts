// The built-in validation of templates costs seconds per test file: test/templates.test.ts turns it on, all others off.
process.env.CDK_VALIDATION = 'false';
// Trees of tests lie in plain directories, and whoever runs the tests owns them; root does not.
process.env.MOUNT_CHECK = 'DIRECTORY';
