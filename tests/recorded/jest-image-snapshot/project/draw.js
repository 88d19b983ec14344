const { configureToMatchImageSnapshot } = require('jest-image-snapshot');
const { PNG } = require('pngjs');

expect.extend({ toMatchImageSnapshot: configureToMatchImageSnapshot(JSON.parse(process.env.OPTIONS)) });

const golden = process.env.LOOK === 'golden';

/** Draw a picture of one colour: green as committed, red after the change. */
exports.draw = (width, height, colour = golden ? [0, 128, 0] : [255, 0, 0]) => {
  const png = new PNG({ width, height });
  for (let at = 0; at < width * height; at += 1) png.data.set([...colour, 255], at * 4);
  return PNG.sync.write(png);
};

/** Draw another size after the change. */
exports.grown = (width, height) => exports.draw(width, golden ? height : height + 4);
