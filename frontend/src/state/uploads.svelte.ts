// Files on their way to the server: some at a time, each with its progress, its end, and what went wrong.

import type { FileSource } from '../api/files';
import type { Incoming } from '../lib/dropped';
import { session } from './session.svelte';

const AT_ONCE = 3;

export class Upload {
  state = $state<'waiting' | 'sending' | 'done' | 'failed'>('waiting');
  /** Bytes that have left. */
  sent = $state(0);
  error = $state('');
  request: XMLHttpRequest | null = null;

  constructor(
    readonly path: string,
    readonly file: Blob,
  ) {}
}

export class Uploads {
  list = $state.raw<readonly Upload[]>([]);
  readonly done = $derived(this.list.filter(({ state }) => state === 'done').length);
  readonly failed = $derived(this.list.filter(({ state }) => state === 'failed'));
  readonly active = $derived(this.list.filter(({ state }) => state === 'sending'));
  readonly busy = $derived(this.list.some(({ state }) => state === 'waiting' || state === 'sending'));
  readonly size = $derived(this.list.reduce((sum, { file }) => sum + file.size, 0));
  readonly sent = $derived(this.list.reduce((sum, upload) => sum + upload.sent, 0));

  readonly #source: () => FileSource;
  readonly #finished: () => void;

  /** `finished` is called each time when nothing is on its way any more. */
  constructor(source: () => FileSource, finished: () => void) {
    this.#source = source;
    this.#finished = finished;
  }

  add(files: readonly Incoming[], folder: string): void {
    if (files.length === 0) return;
    const before = this.busy ? this.list : this.failed;
    const place = folder === '' ? '' : `${folder}/`;
    this.list = [...before, ...files.map(({ path, file }) => new Upload(place + path, file))];
    this.#next();
  }

  retry(upload: Upload): void {
    upload.state = 'waiting';
    upload.error = '';
    upload.sent = 0;
    this.#next();
  }

  /** Stops one, or all that are not done; what is done stays. */
  cancel(upload?: Upload): void {
    const gone = upload === undefined ? this.list.filter(({ state }) => state !== 'done') : [upload];
    this.list = this.list.filter((other) => !gone.includes(other));
    for (const { request } of gone) request?.abort();
    this.#next();
  }

  /** Forgets what is done and what has failed. */
  clear(): void {
    this.list = this.list.filter(({ state }) => state === 'waiting' || state === 'sending');
  }

  #next(): void {
    const waiting = this.list.filter(({ state }) => state === 'waiting');
    const free = AT_ONCE - this.list.filter(({ state }) => state === 'sending').length;
    for (const upload of waiting.slice(0, free)) this.#send(upload);
    if (!this.busy) this.#finished();
  }

  // Only the old kind of request tells how much of a body has left.
  #send(upload: Upload): void {
    const request = new XMLHttpRequest();
    upload.request = request;
    upload.state = 'sending';
    request.open('PUT', this.#source().url(upload.path));
    request.setRequestHeader('content-type', upload.file.type || 'application/octet-stream');
    request.setRequestHeader('x-csrf-token', session.csrf_token);
    request.upload.onprogress = ({ loaded }) => {
      upload.sent = loaded;
    };
    request.onload = () => this.#end(upload, request.status === 200 ? '' : refusal(request));
    request.onerror = () =>
      this.#end(upload, 'The server did not take it. Check that it runs, then try again.');
    request.send(upload.file);
  }

  #end(upload: Upload, error: string): void {
    upload.request = null;
    upload.error = error;
    upload.state = error === '' ? 'done' : 'failed';
    upload.sent = error === '' ? upload.file.size : 0;
    this.#next();
  }
}

function refusal(request: XMLHttpRequest): string {
  try {
    const { message } = JSON.parse(request.responseText) as { message?: string };
    if (message) return message;
  } catch {
    // What answered was not the server but something before it.
  }
  return request.status === 413 ? 'It is too large.' : `The server answered ${request.status}.`;
}
