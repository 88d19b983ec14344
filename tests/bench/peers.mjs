// Compares pairs of PNG files with what others wrote. In: {"peer", "golden", "candidate", "difference"} a line. Out: {"ms", "pixels"} a line.
// First line out: the peers that are there.
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {createInterface} from 'node:readline';
import {pathToFileURL} from 'node:url';

const folder = process.argv[2];
const require = createRequire(`${folder}/node_modules/`);

async function pixelmatch() {
    const {default: compare} = await import(pathToFileURL(`${folder}/node_modules/pixelmatch/index.js`));
    const {PNG} = require('pngjs');
    return ({golden, candidate}) => {
        const [one, two] = [golden, candidate].map((path) => PNG.sync.read(readFileSync(path)));
        return compare(one.data, two.data, undefined, one.width, one.height, {threshold: 0.1});
    };
}

async function odiff() {
    const {ODiffServer} = require('odiff-bin');
    const server = new ODiffServer();
    return async ({golden, candidate, difference}) => {
        const found = await server.compare(golden, candidate, difference, {antialiasing: true, threshold: 0.1});
        return found.match ? 0 : found.diffCount ?? -1;
    };
}

const peers = {};
for (const [name, start] of Object.entries({pixelmatch, odiff})) {
    try {
        peers[name] = await start();
    } catch (error) {
        if (error.code !== 'MODULE_NOT_FOUND' && error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    }
}
console.log(JSON.stringify(Object.keys(peers)));

for await (const line of createInterface({input: process.stdin})) {
    const asked = JSON.parse(line);
    const began = performance.now();
    const pixels = await peers[asked.peer](asked);
    console.log(JSON.stringify({ms: performance.now() - began, pixels}));
}
process.exit(0);
