// Draw the screens into a folder: green as committed, red after the change; one is gone then, one is new.
const fs = require('node:fs');
const path = require('node:path');
const { PNG } = require('pngjs');

const golden = process.env.LOOK === 'golden';
const changed = golden ? [0, 128, 0] : [255, 0, 0];
const screens = {
  'home.png': changed,
  'shop/home.png': changed,
  'same.png': [30, 60, 200],
  ...(golden ? { 'gone.png': [0, 0, 0] } : { 'shop/new.png': [0, 0, 0] }),
};

for (const [name, colour] of Object.entries(screens)) {
  const png = new PNG({ width: 12, height: 8 });
  for (let at = 0; at < 96; at += 1) png.data.set([...colour, 255], at * 4);
  const file = path.join(process.argv[2], name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, PNG.sync.write(png));
}
