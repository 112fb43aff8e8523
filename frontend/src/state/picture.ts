// Pictures that the page made, given to the browser to save.

import { saveBlob, saveFile } from './download';

/** Twice the size, so that it is sharp where it is shown. */
const SCALE = 2;

export function saveSvg(name: string, svg: string): void {
  saveFile(name, svg, 'image/svg+xml');
}

/** Draws the picture, and saves what was drawn. Rejects where the browser cannot. */
export async function savePng(name: string, svg: string): Promise<void> {
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.naturalWidth * SCALE;
    canvas.height = image.naturalHeight * SCALE;
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const drawn = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'));
    if (drawn === null) throw new Error('The browser could not draw the picture.');
    saveBlob(name, drawn);
  } finally {
    URL.revokeObjectURL(address);
  }
}
