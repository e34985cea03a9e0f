export * from './backed-up-file-system';
