import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'e2e',
  workers: 1,
  snapshotPathTemplate: process.env.TEMPLATE || undefined,
  use: {
    launchOptions: {
      executablePath: process.env.GOLDDIGGER_CHROMIUM || '/usr/bin/chromium',
      args: ['--no-sandbox'],
    },
  },
  projects: [
    { name: 'desktop', use: { viewport: { width: 32, height: 16 } } },
    { name: 'small screen', use: { viewport: { width: 16, height: 16 } } },
  ],
});
