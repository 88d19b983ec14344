// Have jest-image-snapshot compare two pictures, and keep the composite it draws: node compose.cjs FOLDER SCENARIO
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const installed = require.resolve("jest-image-snapshot");
const { diffImageToSnapshot } = require(path.join(path.dirname(installed), "diff-snapshot.js"));

const OPTIONS = {
  vertical: { diffDirection: "vertical" },
  similarity: { comparisonMethod: "ssim" },
  paler: { customDiffConfig: { threshold: 0.2, alpha: 0.3, diffColor: [200, 0, 90] } },
  difference: { onlyDiff: true },
};

const [folder, scenario] = process.argv.slice(2);
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "composites-"));
fs.copyFileSync(path.join(folder, `${scenario}.golden.png`), path.join(scratch, "x.png"));
diffImageToSnapshot({
  receivedImageBuffer: fs.readFileSync(path.join(folder, `${scenario}.candidate.png`)),
  snapshotIdentifier: "x",
  snapshotsDir: scratch,
  failureThreshold: 0,
  failureThresholdType: "pixel",
  ...OPTIONS[scenario],
});
fs.copyFileSync(path.join(scratch, "__diff_output__/x-diff.png"), path.join(folder, `${scenario}.composite.png`));
fs.rmSync(scratch, { recursive: true });
