const { draw, grown } = require('../draw');

describe('the button', () => {
  test('is drawn', () => {
    expect(draw(12, 8)).toMatchImageSnapshot();
  });
  test('has states', () => {
    expect(draw(8, 8, [0, 0, 255])).toMatchImageSnapshot();
    expect(draw(8, 8)).toMatchImageSnapshot();
  });
  test('grows', () => {
    expect(grown(8, 8)).toMatchImageSnapshot();
  });
  test('has a name of its own', () => {
    expect(draw(8, 12)).toMatchImageSnapshot({ customSnapshotIdentifier: 'states/Own Name' });
  });
  test('is new', () => {
    expect(draw(8, 8)).toMatchImageSnapshot();
  });
});
