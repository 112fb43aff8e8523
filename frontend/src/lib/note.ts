// Notes: the small part of Markdown that people write in them, as data. Nothing here ever becomes HTML.

export interface Inline {
  kind: 'text' | 'code' | 'strong' | 'emphasis' | 'link';
  text: string;
  /** Only of links: always http or https. */
  href?: string;
}

export type Block =
  | { kind: 'heading' | 'paragraph'; content: Inline[] }
  | { kind: 'list'; ordered: boolean; items: Inline[][] }
  | { kind: 'code'; text: string };

/** Whether a text has what only the whole of Markdown knows: tables, pictures, quotes, lists in lists, rules, tasks. */
export function isRich(text: string): boolean {
  return /^\s*\|.+\||!\[|^\s{0,3}>|^\s{2,}(?:[-*+]|\d{1,3}[.)])\s|^\s{0,3}(?:-{3,}|\*{3,}|_{3,})\s*$|~~\S|^\s*[-*+] \[[ x]\]\s/im.test(
    text,
  );
}

const ITEM = /^\s{0,3}(?:[-*+]|(\d{1,3})[.)])\s+(.*)$/;
const HEADING = /^#{1,6}\s+(.*?)\s*#*$/;
const FENCE = /^\s{0,3}```/;

export function parseNote(text: string): Block[] {
  const blocks: Block[] = [];
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  let paragraph: string[] = [];
  const end = (): void => {
    if (paragraph.length > 0) blocks.push({ kind: 'paragraph', content: parseInline(paragraph.join('\n')) });
    paragraph = [];
  };
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] as string;
    const heading = HEADING.exec(line);
    const item = ITEM.exec(line);
    if (FENCE.test(line)) {
      end();
      const close = lines.findIndex((other, index) => index > at && FENCE.test(other));
      const last = close < 0 ? lines.length : close;
      blocks.push({ kind: 'code', text: lines.slice(at + 1, last).join('\n') });
      at = last;
    } else if (heading !== null) {
      end();
      blocks.push({ kind: 'heading', content: parseInline(heading[1] ?? '') });
    } else if (item !== null) {
      end();
      addItem(blocks, item[1] !== undefined, parseInline(item[2] ?? ''));
    } else if (line.trim() === '') end();
    else paragraph.push(line);
  }
  end();
  return blocks;
}

function addItem(blocks: Block[], ordered: boolean, content: Inline[]): void {
  const last = blocks.at(-1);
  if (last?.kind === 'list' && last.ordered === ordered) last.items.push(content);
  else blocks.push({ kind: 'list', ordered, items: [content] });
}

/** The first paragraph in one line, without marks; a heading or a list where there is no paragraph. */
export function summary(text: string): string {
  const blocks = parseNote(text);
  const first = blocks.find(({ kind }) => kind === 'paragraph') ?? blocks[0];
  if (first === undefined) return '';
  if (first.kind === 'code') return first.text.split('\n')[0] ?? '';
  const parts = first.kind === 'list' ? (first.items[0] ?? []) : first.content;
  return parts
    .map((part) => part.text)
    .join('')
    .replaceAll(/\s+/g, ' ');
}

const INLINE =
  /`([^`\n]+)`|\*\*([^*\n]+)\*\*|__([^_\n]+)__|\*([^*\s][^*\n]*)\*|(?<!\w)_([^_\s][^_\n]*)_(?!\w)|\[([^\]\n]+)\]\((https?:\/\/[^\s)]+)\)|(https?:\/\/[^\s<>"')\]]+[^\s<>"')\].,;:!?])/g;

export function parseInline(text: string): Inline[] {
  const found: Inline[] = [];
  let last = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > last) found.push({ kind: 'text', text: text.slice(last, match.index) });
    found.push(inlineOf(match));
    last = match.index + match[0].length;
  }
  if (last < text.length) found.push({ kind: 'text', text: text.slice(last) });
  return found;
}

function inlineOf(match: RegExpMatchArray): Inline {
  const [whole, code, strong, strong2, emphasis, emphasis2, label, href, bare] = match;
  if (code !== undefined) return { kind: 'code', text: code };
  if (strong !== undefined || strong2 !== undefined) return { kind: 'strong', text: strong ?? strong2 ?? '' };
  if (emphasis !== undefined || emphasis2 !== undefined) {
    return { kind: 'emphasis', text: emphasis ?? emphasis2 ?? '' };
  }
  if (label !== undefined && href !== undefined) return { kind: 'link', text: label, href };
  if (bare !== undefined) return { kind: 'link', text: bare, href: bare };
  return { kind: 'text', text: whole };
}
