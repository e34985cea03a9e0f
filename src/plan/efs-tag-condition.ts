import { Token } from 'aws-cdk-lib/core';
import { checkTag } from './check-tag';
import type { Problem } from '../core/problem';

/** The operators of `Conditions` (BackupSelection, AWS Backup API reference). */
type Operator = 'StringEquals' | 'StringNotEquals' | 'StringLike' | 'StringNotLike';

/**
 * What a tag of a file system must be like to be selected. Keys and values are case sensitive. A file system that lacks the tag fulfils
 * `stringNotEquals` and `stringNotLike`.
 *
 * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Conditions.html
 */
export class EfsTagCondition {
  /**
   * The tag has this value.
   *
   * @param key the tag key.
   * @param value the value.
   */
  public static stringEquals(key: string, value: string): EfsTagCondition {
    return new EfsTagCondition('StringEquals', key, value);
  }

  /**
   * The tag is missing or has another value.
   *
   * @param key the tag key.
   * @param value the value.
   */
  public static stringNotEquals(key: string, value: string): EfsTagCondition {
    return new EfsTagCondition('StringNotEquals', key, value);
  }

  /**
   * The tag has a value like this.
   *
   * @param key the tag key.
   * @param pattern the value, with `*` for any characters; `*` alone asks for the tag to be there.
   */
  public static stringLike(key: string, pattern: string): EfsTagCondition {
    return new EfsTagCondition('StringLike', key, pattern);
  }

  /**
   * The tag is missing or has no value like this.
   *
   * @param key the tag key.
   * @param pattern the value, with `*` for any characters.
   */
  public static stringNotLike(key: string, pattern: string): EfsTagCondition {
    return new EfsTagCondition('StringNotLike', key, pattern);
  }

  private constructor(
    /**
     * The operator, as AWS Backup spells it.
     *
     * @internal
     */
    public readonly _operator: Operator,
    /**
     * The tag key.
     *
     * @internal
     */
    public readonly _key: string,
    /**
     * The value, or the pattern of it.
     *
     * @internal
     */
    public readonly _value: string,
  ) {}

  /**
   * What Amazon EFS does not take as a tag.
   *
   * @internal
   */
  public _check(subject: string): Problem[] {
    return checkTag(subject, { key: this._key, value: this._value });
  }

  /**
   * Whether a file system with these tags fulfils it; what is a token fulfils nothing.
   *
   * @internal
   */
  public _matches(tags: Record<string, string>): boolean {
    if (Token.isUnresolved(this._key) || Token.isUnresolved(this._value)) {
      return false;
    }
    const value: string | undefined = tags[this._key];
    const pattern = new RegExp(`^${this._value.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('.*')}$`, 's');
    const found = value !== undefined && (this._operator.endsWith('Like') ? pattern.test(value) : value === this._value);
    return this._operator.includes('Not') ? !found : found;
  }
}
