// A form while it is sent: busy or not, and what the server did not like. What was typed stays.

import { tick } from 'svelte';
import { ApiError } from '../api/client';

export class Form {
  busy = $state(false);
  /** Grows when the work is done, so that a form can be shown empty again. */
  done = $state(0);
  #error = $state.raw<ApiError | null>(null);
  readonly #fields = new Set<string>();

  /** A field of the form says its name, so that its error is shown there and nowhere else. */
  register(name: string): () => void {
    this.#fields.add(name);
    return () => this.#fields.delete(name);
  }

  /** What is wrong with a field; empty when nothing is. */
  of(name: string): string {
    return this.#error !== null && this.#field === name ? this.#error.message : '';
  }

  /** The field that the server names, without what it is in: `keep_best` of `rule.keep_best`. */
  get #field(): string | null {
    return this.#error?.field?.split('.').at(-1) ?? null;
  }

  /** What is wrong with the whole, or with something that has no field. */
  get general(): string {
    return this.#error === null || (this.#field !== null && this.#fields.has(this.#field))
      ? ''
      : this.#error.message;
  }

  clear(): void {
    this.#error = null;
  }

  /** Does the work of the form. After a refusal the focus is on the field that the server names. */
  async send(work: () => Promise<unknown>, element?: HTMLFormElement): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.#error = null;
    try {
      await work();
      this.done += 1;
      return true;
    } catch (reason) {
      this.#error = reason instanceof ApiError ? reason : new ApiError(0, 'UNKNOWN', String(reason));
      await tick();
      element?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
      return false;
    } finally {
      this.busy = false;
    }
  }
}
