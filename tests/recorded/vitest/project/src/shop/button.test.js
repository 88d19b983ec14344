import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { draw } from '../draw';

test('the button is drawn', async () => {
  draw();
  await expect(page.getByTestId('box')).toMatchScreenshot();
});
