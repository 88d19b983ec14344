const { draw } = require('../../draw');

test('the button is drawn', () => {
  expect(draw(12, 8)).toMatchImageSnapshot();
});
