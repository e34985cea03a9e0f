// Runs one case, in the guest or on this machine, and prints its result: `run.mjs` starts this.
const [name, settings] = process.argv.slice(2);
const { run } = await import(`./cases/${name}.mjs`);
process.stdout.write(JSON.stringify(await run(JSON.parse(settings))));
