/** @file The field's options as properties that reflect their attributes. */
import { FormField } from './form-field.ts';
import type { MessageOverrides } from './messages/en.ts';
import { optionsOf } from './options.ts';
import { reflectFlag, reflectText } from './reflect.ts';
import type { HeadersSource } from './request.ts';
import { Texts } from './texts.ts';

type Text = string | null | undefined;

/**
 * A form control with the field's options.
 *
 * @attr {string} model - name of a model of the endpoint; without it, the endpoint's default model recognizes garments
 * @attr {'edge'|'local'|'auto'} mode - where the photo is classified: `edge` (default) at the endpoint; `local` on the visitor's device; `auto` at the endpoint, or on the device when the request to the endpoint fails
 * @attr {string} endpoint - origin of the API; defaults to the origin of this script
 * @attr {string} sitekey - the site key that the API requires from pages of other origins
 * @attr {boolean} sign - adds a signed prediction to the form and to the property `token`
 * @attr {boolean} include-file - also submits the photo, as the field sends it for classification
 * @attr {number} min-score - lowest score, in 0..1, for a valid label. With a lower score, or when the model declines to answer, the visitor must confirm or choose a label
 * @attr {number} top - number of labels in the result's table; defaults to 3
 * @attr {string} accept - file types, as on an `<input>`; defaults to `image/*`
 * @attr {string} label - replaces the text of the label. A `<label for>` of the page does the same
 * @attr {string} hint - replaces the hint; empty for none
 */
export abstract class OptionsField extends FormField {
  protected readonly fieldTexts = new Texts(() => this.update());
  #headers: HeadersSource = {};

  /**
   * Name of the model; null for the endpoint's default model. Reflects the attribute. Setting another one drops the old model's label and
   * classifies the photo again.
   */
  get model(): string | null {
    return optionsOf(this).model;
  }

  set model(model: Text) {
    reflectText(this, 'model', model);
  }

  /** Where the photo is classified. Reflects the attribute. */
  get mode(): string {
    return optionsOf(this).mode;
  }

  set mode(mode: Text) {
    reflectText(this, 'mode', mode);
  }

  /** Origin of the API. Reflects the attribute. */
  get endpoint(): string {
    return optionsOf(this).endpoint;
  }

  set endpoint(endpoint: Text) {
    reflectText(this, 'endpoint', endpoint);
  }

  /** Site key; null without one. Reflects the attribute. */
  get sitekey(): string | null {
    return optionsOf(this).siteKey;
  }

  set sitekey(siteKey: Text) {
    reflectText(this, 'sitekey', siteKey);
  }

  /** Whether the endpoint signs the result. Reflects the attribute. */
  get sign(): boolean {
    return optionsOf(this).sign;
  }

  set sign(sign: boolean) {
    reflectFlag(this, 'sign', sign);
  }

  /** Whether the form also receives the photo. Reflects the attribute `include-file`. */
  get includeFile(): boolean {
    return optionsOf(this).includeFile;
  }

  set includeFile(includeFile: boolean) {
    reflectFlag(this, 'include-file', includeFile);
  }

  /** Lowest score for a valid label; undefined for none. Reflects the attribute `min-score`. */
  get minScore(): number | undefined {
    return optionsOf(this).minScore;
  }

  set minScore(minScore: number | string | null | undefined) {
    reflectText(this, 'min-score', minScore);
  }

  /** Number of labels in the result's table. Reflects the attribute. */
  get top(): number {
    return optionsOf(this).top;
  }

  set top(top: number | string | null | undefined) {
    reflectText(this, 'top', top);
  }

  /** File types. Reflects the attribute. */
  get accept(): string {
    return optionsOf(this).accept;
  }

  set accept(accept: Text) {
    reflectText(this, 'accept', accept);
  }

  /** Text of the label; null for the field's own. Reflects the attribute. */
  get label(): string | null {
    return optionsOf(this).label;
  }

  set label(label: Text) {
    reflectText(this, 'label', label);
  }

  /** Text of the hint; null for the field's own. Reflects the attribute. */
  get hint(): string | null {
    return optionsOf(this).hint;
  }

  set hint(hint: Text) {
    reflectText(this, 'hint', hint);
  }

  /** Texts that replace the field's own. */
  get messages(): MessageOverrides {
    return this.fieldTexts.overrides;
  }

  set messages(messages: MessageOverrides) {
    this.fieldTexts.overrides = messages ?? {};
  }

  /** More request headers, such as `cf-turnstile-response`. A function is called for each request. */
  get headers(): HeadersSource {
    return this.#headers;
  }

  set headers(headers: HeadersSource) {
    this.#headers = headers;
  }
}
