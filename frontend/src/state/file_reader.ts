// Bytes of files that are looked at.

import { refusal, send } from '../api/client';

/** Bytes from `start` up to, not including, `end`. */
export async function readRange(
  url: string,
  start: number,
  end: number,
  signal?: AbortSignal,
): Promise<ArrayBuffer> {
  const response = await ask(url, { range: `bytes=${start}-${end - 1}` }, signal);
  const bytes = await response.arrayBuffer();
  // A proxy between may ignore ranges and send everything.
  return response.status === 206 ? bytes : bytes.slice(start, end);
}

/** Throws what the server says where it does not give out a file of `size` bytes. */
export async function checkReadable(url: string, size: number, signal?: AbortSignal): Promise<void> {
  if (size > 0) await readRange(url, 0, 1, signal);
}

/** The first `most` bytes of a file of `size` bytes as text: UTF-8, else Latin. Throws for what is no text. */
export async function readText(
  url: string,
  size: number,
  most: number,
  signal?: AbortSignal,
): Promise<string> {
  const isPart = most < size;
  const bytes = isPart
    ? await readRange(url, 0, most, signal)
    : await (await ask(url, {}, signal)).arrayBuffer();
  const text = decoded(bytes, isPart);
  if (text.includes('\0')) throw new Error('This is no text.');
  return text;
}

/** As a part, a letter may be cut in two at the end. */
function decoded(bytes: ArrayBuffer, isPart: boolean): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: isPart });
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

async function ask(url: string, headers: Record<string, string>, signal?: AbortSignal): Promise<Response> {
  const response = await send(url, { credentials: 'same-origin', headers, signal: signal ?? null });
  if (!response.ok) throw await refusal(response, url);
  return response;
}
