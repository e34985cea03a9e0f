/** The constructs of the quick start with a customer managed key wherever one is taken, and a file system with automatic backups. */
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { App } from 'aws-cdk-lib/core';
import { AutomaticBackups, BackedUpFileSystem } from '../../../src';
import { encryptedQuickStart } from '../../helpers/apps';

const stack = encryptedQuickStart();
new BackedUpFileSystem(stack, 'Automatic', { vpc: stack.node.findChild('Vpc') as ec2.Vpc, automaticBackups: AutomaticBackups.BESIDE_PLAN });
(stack.node.root as App).synth();
process.exit(); // or the app of the quick start, which the helpers import, would be written over it
