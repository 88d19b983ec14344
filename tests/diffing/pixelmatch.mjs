// Answers with the reference's counts, one pair after the other, for tests/diffing/peer.py.
// In: {"width", "height", "threshold", "includeAA"} on a line, then both pictures' RGBA bytes. Out: [differing, anti-aliased].
import {pathToFileURL} from 'node:url';
import {readSync, writeSync} from 'node:fs';

const {default: pixelmatch} = await import(pathToFileURL(`${process.argv[2]}/node_modules/pixelmatch/index.js`));

function read(length) {
    const bytes = Buffer.alloc(length);
    for (let done = 0; done < length;) {
        const got = readSync(0, bytes, done, length - done, null);
        if (!got) process.exit(0);
        done += got;
    }
    return bytes;
}

function line() {
    let text = '';
    for (let sign = read(1); sign[0] !== 10; sign = read(1)) text += String.fromCharCode(sign[0]);
    return JSON.parse(text);
}

for (;;) {
    const {width, height, ...options} = line();
    const size = width * height * 4;
    const output = Buffer.alloc(size);
    const differing = pixelmatch(read(size), read(size), output, width, height, {...options, diffMask: false});
    let antialiased = 0;
    for (let i = 0; i < size; i += 4) antialiased += output[i] === 255 && output[i + 1] === 255 && output[i + 2] === 0;
    writeSync(1, `${JSON.stringify([differing, antialiased])}\n`);
}
