/** @file Everything that the field's form value, CSS states and view are derived from, at one moment. */
import type { Messages } from './messages/en.ts';
import type { FieldOptions } from './options.ts';
import type { Photo } from './photo.ts';
import type { State } from './state.ts';

/**
 * What happened and does not show in the state: the visitor removed the photo or cancelled, the form waits for a token, or the label
 * changed when it was sent.
 */
export type Notice = 'removed' | 'cancelled' | 'confirming' | 'changed';

export interface FieldSnapshot extends FieldOptions {
  state: State;
  photo: Photo | undefined;
  /** The labels of the model that the page has named, once they are known. */
  modelLabels: readonly string[] | undefined;
  /** The labels in the element's content, which is shown when the script does not run. */
  listedLabels: readonly string[];
  messages: Messages;
  /** Language of `messages`, as a BCP 47 tag. */
  textLanguage: string;
  /** Language of the page, as a BCP 47 tag; empty if the page declares none. Numbers are formatted in it. */
  language: string;
  /** Whether the field or its fieldset is disabled. */
  isDisabled: boolean;
  /** Whether the visitor has tried to submit the form. Only then is a validation error shown. */
  isSubmitted: boolean;
  /** Message of `setCustomValidity`; empty for none. */
  customError: string;
  notice: Notice | undefined;
}
