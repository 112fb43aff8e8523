// Short messages at the edge of the page, some with a way back.

export interface Toast {
  id: number;
  text: string;
  kind: 'done' | 'error';
  action: { label: string; run: () => void } | null;
}

const MILLISECONDS = 8000;

class Toasts {
  list = $state<Toast[]>([]);
  #next = 1;
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();

  done(text: string, action: Toast['action'] = null): void {
    this.#show({ id: this.#next++, text, kind: 'done', action });
  }

  /** Says what went wrong in the error's own words. */
  error(reason: unknown): void {
    const text = reason instanceof Error ? reason.message : String(reason);
    this.#show({ id: this.#next++, text, kind: 'error', action: null });
  }

  /** Runs work that nobody waits for; what goes wrong is said. */
  attempt(work: () => Promise<unknown>): void {
    work().catch((reason: unknown) => this.error(reason));
  }

  #show(toast: Toast): void {
    this.list = [...this.list.slice(-2), toast];
    this.resume(toast.id);
  }

  close(id: number): void {
    this.pause(id);
    this.list = this.list.filter((toast) => toast.id !== id);
  }

  /** A pointer or the focus on a toast keeps it. */
  pause(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  resume(id: number): void {
    this.pause(id);
    this.#timers.set(
      id,
      setTimeout(() => this.close(id), MILLISECONDS),
    );
  }
}

export const toasts = new Toasts();
