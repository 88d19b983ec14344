import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';

const launchOptions = {
  executablePath: process.env.GOLDDIGGER_CHROMIUM || '/usr/bin/chromium',
  args: ['--no-sandbox'],
};

export default defineConfig({
  define: { 'import.meta.env.LOOK': JSON.stringify(process.env.LOOK || '') },
  test: {
    ...JSON.parse(process.env.OPTIONS),
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      viewport: { width: 64, height: 48 },
      provider: playwright({ launchOptions }),
      instances: [{ browser: 'chromium' }],
    },
  },
});
