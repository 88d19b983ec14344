/** Draw a page of one colour: green as committed, red after the change. Without text, so that no font matters. */
export const colour = process.env.LOOK === 'golden' ? 'green' : 'red';

export function drawn(background = colour): string {
  return `<body style="margin:0;background:${background}"><h1 aria-label="It is ${background}"></h1></body>`;
}
