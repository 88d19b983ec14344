// Small pictures are made on demand, a few at a time: one that had to wait is asked for again. The page works without.
(() => {
"use strict";

const MOST = 4;

for (const image of document.querySelectorAll(".small img")) {
  let tries = 0;
  const again = () => {
    tries += 1;
    if (tries <= MOST) setTimeout(() => { image.src = image.src; }, 1500 * tries);
  };
  image.addEventListener("error", again);
  if (image.complete && !image.naturalWidth && image.currentSrc) again(); // it failed before this was read
}
})();
