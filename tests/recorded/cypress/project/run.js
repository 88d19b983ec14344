// Play Cypress's part: the options of the package's command, a screenshot where Cypress lays it, the plugin's events.
const fs = require('node:fs');
const path = require('node:path');
const { PNG } = require('pngjs');
const { addMatchImageSnapshotPlugin } = require('@simonsmith/cypress-image-snapshot/plugin');

const MATCH = 'Matching image snapshot'; // tasks of the plugin: its dist/constants.js, which it does not export
const RECORD = 'Recording snapshot result';

const golden = process.env.LOOK === 'golden';
const screenshotsFolder = path.resolve('cypress/screenshots');
const handlers = {};
addMatchImageSnapshotPlugin((name, handler) => { handlers[name] = handler; });

/** Draw a frame of one colour around a middle that changes: green as committed, red after the change. */
function draw(width, height, changes) {
  const png = new PNG({ width, height });
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const middle = x > 3 && x < 9 && y > 2 && y < 6;
      const colour = middle && changes ? (golden ? [0, 128, 0] : [255, 0, 0]) : [30, 60, 200];
      png.data.set([...colour, 255], (y * width + x) * 4);
    }
  }
  return PNG.sync.write(png);
}

async function match(specName, name, picture) {
  handlers.task[MATCH]({
    screenshotsFolder,
    isUpdateSnapshots: false,
    isSnapshotDebug: false,
    specFileRelativeToRoot: `cypress/e2e/${specName}`,
    e2eSpecDir: 'cypress/e2e/',
    currentTestTitle: name,
    failureThreshold: 0,
    failureThresholdType: 'pixel',
    snapFilenameExtension: '.snap',
    diffFilenameExtension: '.diff',
    isDeleteScreenshot: true,
    ...JSON.parse(process.env.OPTIONS),
  });
  const shot = path.join(screenshotsFolder, specName, `${name}.png`);
  fs.mkdirSync(path.dirname(shot), { recursive: true });
  fs.writeFileSync(shot, picture);
  await handlers['after:screenshot']({ path: shot, specName });
  const { pass, added, updated } = handlers.task[RECORD]();
  return Boolean(pass || added || updated);
}

(async () => {
  const results = [
    await match('home.cy.js', 'home -- is drawn', draw(14, 9, true)),
    await match('home.cy.js', 'home -- is the same', draw(14, 9, false)),
    await match('shop/cart.cy.js', 'home -- is drawn', draw(14, 9, true)),
    await match('shop/cart.cy.js', 'states/full cart', draw(14, 9, true)),
    await match('shop/cart.cy.js', 'grows', draw(14, golden ? 9 : 12, true)),
  ];
  process.exitCode = results.every(Boolean) ? 0 : 1;
})();
