// The built-in validation of templates costs seconds per test file: test/templates.test.ts turns it on, all others off.
process.env.CDK_VALIDATION = 'false';
