// Compares two folders with odiff's server, one pair after the other, each difference written.
// node folder.mjs PEERS EXPECTED ACTUAL DIFFERENCES
import {mkdirSync, readdirSync} from 'node:fs';
import {createRequire} from 'node:module';
import {join} from 'node:path';

const [folder, expected, actual, differences] = process.argv.slice(2);
const {ODiffServer} = createRequire(`${folder}/node_modules/`)('odiff-bin');
mkdirSync(differences, {recursive: true});
const server = new ODiffServer();
let changed = 0;
for (const name of readdirSync(expected)) {
    const found = await server.compare(join(expected, name), join(actual, name), join(differences, name), {antialiasing: true, threshold: 0.1});
    changed += !found.match;
}
console.log(changed);
process.exit(0);
