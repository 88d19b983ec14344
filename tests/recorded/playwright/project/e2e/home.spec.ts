import { expect, test } from '@playwright/test';
import { colour, drawn } from './draw';

test('shows the home page @retries @template', async ({ page }) => {
  await page.setContent(drawn());
  await expect(page).toHaveScreenshot('home.png');
});

test('is the same @retries', async ({ page }) => {
  await page.setContent(drawn('blue'));
  await expect(page).toHaveScreenshot('same.png');
});

test('is drawn well on the second try @retries', async ({ page }, info) => {
  await page.setContent(drawn(info.retry === 0 ? colour : 'green'));
  await expect(page).toHaveScreenshot('flaky.png');
});

test('has several pictures, named and not, of a title that is too long for the name of a folder @kinds', async ({ page }) => {
  await page.setContent(drawn());
  await expect.soft(page).toHaveScreenshot();
  await expect.soft(page).toHaveScreenshot();
  await expect.soft(page).toHaveScreenshot(['wide', 'full page.png']);
  await expect.soft(page).toHaveScreenshot('home.webp');
  expect.soft(`It is ${colour}.\n`).toMatchSnapshot('greeting.txt');
  expect.soft(await page.screenshot()).toMatchSnapshot('shot.png');
});

test('is described @kinds', async ({ page }) => {
  await page.setContent(drawn());
  await expect(page.locator('body')).toMatchAriaSnapshot({ name: 'home.aria.yml', timeout: 500 });
});

test('is new @new', async ({ page }) => {
  await page.setContent(drawn());
  await expect.soft(page).toHaveScreenshot('new.png');
  expect.soft(`It is ${colour}.\n`).toMatchSnapshot('new.txt');
  await expect.soft(page.locator('body')).toMatchAriaSnapshot({ name: 'new.aria.yml', timeout: 500 });
});

test('never comes to rest @unstable', async ({ page }) => {
  await page.setContent(drawn());
  if (colour === 'red') {
    await page.evaluate(() => {
      const stripe = (_: unknown, at: number) => `${Math.random() < 0.5 ? 'red' : 'white'} ${at * 2}px ${at * 2 + 2}px`;
      const change = () => { document.body.style.background = `linear-gradient(90deg, ${Array.from({ length: 16 }, stripe)})`; };
      setInterval(change, 20);
    });
  }
  await expect(page).toHaveScreenshot('unstable.png', { timeout: 3000 });
});
