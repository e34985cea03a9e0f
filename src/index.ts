export * from './cleanup';
export * from './efs-backup';
export * from './file-system';
export * from './hook';
export * from './on-demand';
export * from './plan';
export * from './restore';
export * from './vault';
