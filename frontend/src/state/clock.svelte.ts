// The present, for relative times: moves every 20 seconds.

const present = $state({ now: Date.now() });

setInterval(() => {
  if (document.visibilityState === 'visible') present.now = Date.now();
}, 20_000);

export const clock = {
  get now(): number {
    return present.now;
  },
};
