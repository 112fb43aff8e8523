// What the box of a filter offers at the caret. Values come from the server, and are asked for once.

import type { Column, ValueList } from '../api/schema';
import { searchApi } from '../api/search';
import {
  accept,
  fieldSuggestions,
  joinSuggestions,
  known,
  operatorSuggestions,
  type Place,
  placeAt,
  type Suggestion,
  valuePart,
  valueSuggestions,
} from '../lib/completion';

/** The experiment whose candidates are filtered. */
export interface Searched {
  project: string;
  experiment: number;
  columns: readonly Column[];
  candidates: number;
}

const WAIT = 120;
const MOST_KEPT = 100;

export class Completion {
  suggestions = $state.raw<readonly Suggestion[]>([]);
  /** The chosen suggestion; -1 for none. */
  active = $state(-1);
  #place: Place | null = null;

  readonly #searched: () => Searched;
  readonly #kept = new Map<string, ValueList>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running = new AbortController();

  constructor(searched: () => Searched) {
    this.#searched = searched;
  }

  get open(): boolean {
    return this.suggestions.length > 0;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#running.abort();
    this.suggestions = [];
    this.active = -1;
  }

  /** Offers what can stand at the caret. */
  look(text: string, caret: number): void {
    clearTimeout(this.#timer);
    this.#running.abort();
    const place = placeAt(text, caret);
    this.#place = place;
    if (place?.expects === 'value') this.#lookForValues(place);
    else this.#offer(this.#at(place));
  }

  #at(place: Place | null): Suggestion[] {
    const { columns, candidates } = this.#searched();
    if (place?.expects === 'field') return fieldSuggestions(place.typed, columns, candidates);
    if (place?.expects === 'operator')
      return operatorSuggestions(place.typed, place.field, columns, candidates);
    return place?.expects === 'join' ? joinSuggestions(place.typed) : [];
  }

  #lookForValues(place: Place & { expects: 'value' }): void {
    const { columns } = this.#searched();
    const found = known(place.field, columns);
    if (found === null) {
      this.#offer([]);
      return;
    }
    const part = found.kind === 'number' ? '' : valuePart(place.typed);
    const show = (list: ValueList): void =>
      this.#offer(valueSuggestions(list.values, list, place, found.kind, Date.now(), found.field));
    const key = `${found.field}\n${part}`;
    const kept = this.#kept.get(key);
    if (kept === undefined)
      this.#timer = setTimeout(() => void this.#ask(found.field, part, key, show), WAIT);
    else show(kept);
  }

  async #ask(field: string, part: string, key: string, show: (list: ValueList) => void): Promise<void> {
    this.#running = new AbortController();
    const { signal } = this.#running;
    const { project, experiment } = this.#searched();
    try {
      const list = await searchApi.values(project, { experiment, field, part }, signal);
      if (this.#kept.size >= MOST_KEPT) this.#kept.clear();
      this.#kept.set(key, list);
      if (!signal.aborted) show(list);
    } catch {
      // Help that does not come is no reason to disturb who types.
      if (!signal.aborted) this.#offer([]);
    }
  }

  #offer(found: Suggestion[]): void {
    this.suggestions = found;
    this.active = -1;
  }

  /** Goes to another suggestion; past either end none is chosen. */
  step(by: number): void {
    const places = this.suggestions.length + 1;
    this.active = ((this.active + 1 + by + places) % places) - 1;
  }

  /** The text with a suggestion in its place, and where the caret then stands; null when nothing is offered. */
  accepted(text: string, suggestion: Suggestion): { text: string; caret: number } | null {
    return this.#place === null ? null : accept(text, this.#place, suggestion);
  }

  get chosen(): Suggestion | undefined {
    return this.suggestions[this.active];
  }
}
