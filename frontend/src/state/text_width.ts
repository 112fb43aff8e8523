// How wide texts of the table are, in the font that this reader has.

/** `--text-sm` in parts of the root's size. */
const SMALL = 0.8125;
const context = document.createElement('canvas').getContext('2d');
let isSet = false;

/** Pixels of a text in bold, as headers and best values are written. */
export function textWidth(text: string): number {
  if (context === null) return text.length * 8;
  if (!isSet) {
    const size = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) * SMALL;
    context.font = `700 ${size}px ${getComputedStyle(document.body).fontFamily}`;
    isSet = true;
  }
  return context.measureText(text).width;
}
