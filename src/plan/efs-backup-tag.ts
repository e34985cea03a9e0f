/** A tag by which AWS Backup finds the file systems to back up. Keys and values are case sensitive. */
export interface EfsBackupTag {
  /**
   * The tag key, 1 to 128 characters.
   *
   * @see https://docs.aws.amazon.com/efs/latest/ug/API_Tag.html
   */
  readonly key: string;

  /** The tag value, up to 256 characters. */
  readonly value: string;
}
