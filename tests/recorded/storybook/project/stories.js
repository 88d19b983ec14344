const { PNG } = require('pngjs');
const { postVisit, setup } = require('./.storybook/test-runner');

setup();

/** Stand in for the page: a picture of one colour, green as committed, red after the change. */
const page = (colour) => ({
  async screenshot() {
    const png = new PNG({ width: 12, height: 8 });
    for (let at = 0; at < 96; at += 1) png.data.set([...colour, 255], at * 4);
    return PNG.sync.write(png);
  },
});
const changed = process.env.LOOK === 'golden' ? [0, 128, 0] : [255, 0, 0];

test('smoke-test', () => postVisit(page(changed), { id: 'example-button--primary' }));
test('play-test', () => postVisit(page([0, 0, 255]), { id: 'example-button--secondary' }));
test('header', () => postVisit(page(changed), { id: 'example-page--logged-in' }));
