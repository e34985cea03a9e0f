import recommendedFeatureFlags from 'aws-cdk-lib/recommended-feature-flags.json';
import { awscdk, Component } from 'projen';

/** `npm run demo` and `npm test` from a fresh clone, and `cdk synth` of the quick start. */
export class Rehearsal extends Component {
  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);
    // npm runs pre* scripts first: both commands of the README do all of their own set-up
    project.setScript('predemo', 'node scripts/set-up.mjs');
    project.setScript('demo', 'tsx --disable-warning=Warning rehearsal/demo.ts');
    project.setScript('pretest', 'node scripts/set-up.mjs --with-other-runtimes');
    project.setScript('test', 'projen test');
    // longer than anybody waits for a test
    project.setScript('test:endurance', 'ENDURANCE_ROUNDS=${ENDURANCE_ROUNDS:-5000} jest --coverage=false test/endurance');
    // needs Python; the first time also the Python Package Index
    project.setScript('pretest:emulator', 'node scripts/set-up.mjs');
    project.setScript('test:emulator', 'jest --config test/emulator/jest.config.js');
    project.setScript('bench:nfs', 'projen bundle && node bench/run.mjs all');
    project.setScript('bench:synth', 'projen compile && node bench/synth/run.mjs');

    new awscdk.CdkConfig(project, {
      app: 'npx tsx examples/quick-start.ts', // a context of the flags that `cdk init` gives to every new app
      // creation stack traces hold absolute paths: a synthesized template must not depend on the folder
      context: { ...recommendedFeatureFlags, 'aws:cdk:disable-creation-stack-traces': true },
    });
    project.testTask.prependSpawn(project.tasks.tryFind('bundle')!);

    // jsii-pacmak for the other languages needs their registries: the local build packs for npm
    project.packageTask.reset('npm run package:js');
    project.gitignore.exclude('/test.log', 'cdk.out/');
  }
}
