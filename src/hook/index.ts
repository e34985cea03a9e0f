export type { WorkflowHookOptions } from './workflow-hook';
export { WorkflowHook } from './workflow-hook';
