// The file that an address points to: `#file=plots/confusion.png`.

const PREFIX = '#file=';

export function fileFragment(path: string): string {
  return PREFIX + path.split('/').map(encodeURIComponent).join('/');
}

/** The path in a fragment; null when it names no file. */
export function fileOfFragment(fragment: string): string | null {
  if (!fragment.startsWith(PREFIX)) return null;
  try {
    return decodeURIComponent(fragment.slice(PREFIX.length)) || null;
  } catch {
    return null;
  }
}
