// Pictures of charts that this server draws, by their addresses in texts.

const PICTURE =
  /^\/api\/v1\/projects\/[^/]+\/(curves|tables|pictures|compare|experiments\/\d+\/charts\/[a-z]+)\.(png|svg)$/;

/** The address of such a picture on `origin`; null for every other, so that no text makes a page ask for more. */
export function chartPicture(address: string, origin: string): string | null {
  if (!URL.canParse(address, origin)) return null;
  const url = new URL(address, origin);
  return url.origin === origin && PICTURE.test(url.pathname) ? `${url.pathname}${url.search}` : null;
}
