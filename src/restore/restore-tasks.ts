export * from '../private/tasks';
