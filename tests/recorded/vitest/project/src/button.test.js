import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { draw, grown } from './draw';

const box = () => page.getByTestId('box');

test('the button is drawn', async () => {
  draw();
  await expect(box()).toMatchScreenshot();
});

test('the button has states', async () => {
  draw('blue');
  await expect(box()).toMatchScreenshot('states/resting');
  draw();
  await expect(box()).toMatchScreenshot('states/pressed-actual');
});

test('the button grows', async () => {
  grown();
  await expect(box()).toMatchScreenshot('grown');
});

test('the button is new', async () => {
  draw();
  await expect(box()).toMatchScreenshot('new');
});
