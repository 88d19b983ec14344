// Serve pages of one colour: green as committed, red after the change; one is gone then, one is new. Without text, so
// that no font matters.
const http = require('node:http');

const golden = process.env.LOOK === 'golden';
const changed = golden ? 'green' : 'red';
const pages = { home: changed, same: 'blue', ...(golden ? { gone: 'black' } : { new: 'black' }) };

http
  .createServer((asked, answer) => {
    const colour = pages[asked.url.slice(1)] || 'white';
    answer.setHeader('Content-Type', 'text/html');
    answer.end(`<body style="margin:0;background:${colour}">`);
  })
  .listen(8979, '127.0.0.1');

exports.config = {
  pageShots: {
    pages: Object.keys(pages).map((name) => ({ path: `/${name}`, name })),
    baseUrl: 'http://127.0.0.1:8979',
  },
  breakpoints: [32, 48],
  configureBrowser: () => ({ viewport: { width: 32, height: 16 } }),
  browserLaunchOptions: {
    chromium: {
      executablePath: process.env.GOLDDIGGER_CHROMIUM || '/usr/bin/chromium',
      args: ['--no-sandbox'],
    },
  },
  waitBeforeScreenshot: 0,
  generateOnly: true,
  failOnDifference: !golden,
};
