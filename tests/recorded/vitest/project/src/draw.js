/** Draw a box of one colour: green as committed, red after the change. Without text, so that no font matters. */
const golden = import.meta.env.LOOK === 'golden';

export function draw(colour = golden ? 'green' : 'red', height = 8) {
  document.body.style.margin = 0;
  document.body.innerHTML = `<div data-testid="box" style="width:12px;height:${height}px;background:${colour}"></div>`;
}

export const grown = () => draw('blue', golden ? 8 : 12);
