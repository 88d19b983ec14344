// Played by run.js.
