import { expect, test } from '@playwright/test';
import { drawn } from '../draw';

test.describe('the cart', () => {
  test('shows the home page @kinds @template', async ({ page }) => {
    await page.setContent(drawn());
    await expect(page).toHaveScreenshot('home.png');
  });
});
