export type { RestoreRequest } from '../core/restore-request';
export { AfterRestore, ConflictPolicy, RecoveryDirectoryDisposal } from '../core/restore-request';
export type { RestoreExpectation } from '../core/expectation';
export type { ClientMount } from '../core/item-path';
export * from './efs-restore-workflow';
export * from './efs-restore-workflow-grants';
