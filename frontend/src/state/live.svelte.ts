// Fresh data while a page is open. The one place that knows how changes arrive: by server-sent events.

import { eventsUrl } from '../api/client';
import { concerned, type Watch, wait } from '../lib/live';

type Phase = 'off' | 'open' | 'lost';

/** A page settles first, so that opening the stream takes nothing from what it shows. */
const SETTLED = 1200;
/** A server that restarts is back sooner than this; a shorter loss is nobody's concern. */
const PATIENCE = 2500;
const SAID_AGAIN = 15_000;
/** The server sends a beat every 15 seconds: a stream that is silent for much longer is dead, and nobody told. */
const SILENCE = 40_000;

const shown: { phase: Phase; said: string } = $state({ phase: 'off', said: '' });

/** What the shell tells about the connection, and to those who listen, about changes. */
export const live = {
  get phase(): Phase {
    return shown.phase;
  },
  get said(): string {
    return shown.said;
  },
};

/** Reads again; `changed` are the experiments that did, null where it may be all of them. */
type Refresh = (changed: readonly number[] | null) => Promise<unknown>;

/**
 * Call while a component is set up. Runs `refresh` whenever something changes in what `watch` names, and once when
 * the page becomes visible or the connection comes back; never two at a time. A hidden page holds no connection.
 */
export function keepLive(watch: () => Watch | null, refresh: Refresh): void {
  const wanted = $derived(JSON.stringify(watch()));
  $effect(() => {
    const watched = JSON.parse(wanted) as Watch | null;
    if (watched === null || watched.experiments?.length === 0) return;
    const stream = new Stream(watched, refresh);
    return () => stream.stop();
  });
}

class Stream {
  readonly #watch: Watch;
  readonly #refresh: Refresh;
  #source: EventSource | null = null;
  #opening: ReturnType<typeof setTimeout> | undefined;
  #losing: ReturnType<typeof setTimeout> | undefined;
  #next: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #busy = false;
  #again = false;
  /** Told of since the last read. */
  #changed: Set<number> | null = new Set();
  #took = 0;
  #saidAt = 0;
  #failures = 0;

  constructor(watch: Watch, refresh: Refresh) {
    this.#watch = watch;
    this.#refresh = refresh;
    document.addEventListener('visibilitychange', this.#seen);
    addEventListener('online', this.#seen);
    addEventListener('offline', this.#broken);
    this.#openIn(SETTLED);
  }

  stop(): void {
    document.removeEventListener('visibilitychange', this.#seen);
    removeEventListener('online', this.#seen);
    removeEventListener('offline', this.#broken);
    this.#close();
    clearTimeout(this.#next);
    shown.phase = 'off';
  }

  readonly #seen = (): void => {
    if (document.visibilityState === 'visible') this.#openIn(0);
    else this.#close();
  };

  #openIn(milliseconds: number): void {
    clearTimeout(this.#opening);
    this.#opening = setTimeout(() => this.#open(), milliseconds);
  }

  #open(): void {
    this.#source?.close();
    if (document.visibilityState !== 'visible') return;
    const source = new EventSource(eventsUrl(this.#watch.project, this.#watch.experiments));
    this.#source = source;
    this.#heard();
    source.addEventListener('beat', () => this.#heard());
    source.addEventListener('ready', () => this.#ready());
    source.addEventListener('changed', (event) => {
      this.#heard();
      const changed = concerned(this.#watch, event.data);
      if (changed?.length === 0) return;
      this.#note(changed);
      this.#soon(true);
    });
    // Whoever may not read any more is told so by the next answer of the API.
    source.addEventListener('gone', () => {
      this.#close();
      this.#note(null);
      this.#soon(false);
    });
    source.addEventListener('error', () => this.#failed(source));
  }

  #close(): void {
    clearTimeout(this.#opening);
    clearTimeout(this.#losing);
    clearTimeout(this.#silence);
    this.#losing = undefined;
    this.#source?.close();
    this.#source = null;
  }

  #heard(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(this.#broken, SILENCE);
  }

  /** The network is gone, or the stream has fallen silent: no error of the stream tells of it. */
  readonly #broken = (): void => {
    const source = this.#source;
    if (source === null) return;
    source.close();
    this.#failed(source);
  };

  #ready(): void {
    this.#heard();
    clearTimeout(this.#losing);
    this.#losing = undefined;
    this.#failures = 0;
    shown.phase = 'open';
    // What changed before, while nobody listened.
    this.#note(null);
    this.#soon(false);
  }

  #failed(source: EventSource): void {
    this.#losing ??= setTimeout(() => {
      shown.phase = 'lost';
    }, PATIENCE);
    // After an answer that is no stream a browser does not try again by itself.
    if (source.readyState !== EventSource.CLOSED) return;
    this.#failures += 1;
    this.#openIn(wait(this.#failures));
  }

  #note(changed: readonly number[] | null): void {
    if (changed === null) this.#changed = null;
    else for (const iid of changed) this.#changed?.add(iid);
  }

  /** Reads again soon: at once after a pause, else when the server has had its rest. */
  #soon(told: boolean): void {
    if (told) this.#say();
    if (this.#busy) this.#again = true;
    else
      this.#next ??= setTimeout(() => void this.#read(), Math.max(100 + Math.random() * 300, 4 * this.#took));
  }

  async #read(): Promise<void> {
    this.#next = undefined;
    this.#busy = true;
    this.#again = false;
    const began = performance.now();
    const changed = this.#changed;
    this.#changed = new Set();
    try {
      await this.#refresh(changed === null ? null : [...changed]);
    } catch {
      this.#note(changed === null ? null : [...changed]);
      // The next change tries again; a lost connection must not fill the page with messages.
    } finally {
      this.#took = Math.min(2500, performance.now() - began);
      this.#busy = false;
    }
    if (this.#again && this.#source !== null) this.#soon(false);
  }

  #say(): void {
    const now = Date.now();
    if (now - this.#saidAt < SAID_AGAIN) return;
    this.#saidAt = now;
    shown.said = `New values came at ${new Date(now).toLocaleTimeString('en-GB')}.`;
  }
}
