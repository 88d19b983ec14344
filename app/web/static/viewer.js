// <golden-viewer> shows one comparison large: pictures in six ways, zoomed and moved in step, and lines of text in two.
// It enhances what the server wrote inside it; without it that is a row of pictures and a table.
// It knows nothing of deciding, and listens to no key of the page: whoever does calls `press(key)`.
(() => {
"use strict";

const MODES = [ // by which it is known, its name, its key, and a shorter label
  ["side", "Side by side", "S"],
  ["swipe", "Swipe", "W"],
  ["onion", "Onion skin", "O", "Onion"],
  ["blink", "Blink", "B"],
  ["difference", "Difference", "D"],
  ["highlight", "Highlight", "H"],
];
const GROUNDS = ["checkered", "light", "dark"];
const STEPS = [0.02, 0.05, 0.1, 0.17, 0.25, 0.33, 0.5, 0.67, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32];
const MOST = 32; // times as large as it is
const SHARP = 2; // from here on pixels are shown as squares
const MARGIN = 12; // px around a picture that fits
const STRIDE = 80; // px that an arrow key moves
const TILE = 64; // px read at a time to tell colours
const TILES = 24;
const BLINK = 250; // ms that either side is seen: two full turns a second, under the three of WCAG 2.3.1
const SETTLE = 120; // ms after the last step of zooming, then it is drawn anew
const LINES = 300; // shown before "Show more"
const KEPT = "golddigger.view";

const ICONS = {
  "side": "M2 3h5v10H2zM9 3h5v10H9z",
  "swipe": "M2 3h12v10H2zM8 1v14M5.5 6.5 4 8l1.5 1.5M10.5 6.5 12 8l-1.5 1.5",
  "onion": "M2 2h8v8H2zM6 6h8v8H6z",
  "blink": "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
  "difference": "M2 2h12v12H2zM5 5h2.5v2.5H5zM9 8.5h2.5V11H9z",
  "highlight": "M2 13.5h12M4 10.5 10.5 4 12.5 6 6 12.5l-2.5.5z",
  "Zoom out": "M3 8h10",
  "Zoom in": "M3 8h10M8 3v10",
  "Fit": "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4",
  "Actual size": "M2.5 4.5 4 3.5v9M12 4.5l1.5-1v9M8 6v.5M8 10v.5",
  "Previous region": "M10 3 5 8l5 5",
  "Next region": "M6 3l5 5-5 5",
  "Background": "M2 2h12v12H2zM2 8h12M8 2v12M3 3.5h4M3 5.5h4M9 10.5h4M9 12.5h4",
  "Colour": "M9.5 3.5l3 3M8 5 2.5 10.5V13H5l5.5-5.5M10 2.5l3.5 3.5-1.5 1.5-3.5-3.5z",
  "unified": "M2 3.5h12M2 6.5h12M2 9.5h12M2 12.5h12",
};

// ---- what lasts from one stage to the next

const view = { mode: "side", ground: "checkered", split: 0.5, fade: 0.5, lines: "" };
try {
  Object.assign(view, JSON.parse(localStorage.getItem(KEPT)));
} catch {
  // What was remembered cannot be had, or read; it begins anew.
}
function remember(fields) {
  Object.assign(view, fields);
  try {
    localStorage.setItem(KEPT, JSON.stringify(view));
  } catch {
    // It lasts as long as the page, then.
  }
}

// ---- making elements

function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  for (const [key, value] of Object.entries({ viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" })) svg.setAttribute(key, value);
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

function button(name, key, act, { look = name, label = "" } = {}) {
  const made = make("button", { "type": "button", "title": key ? `${name} (${key})` : name, "aria-label": name }, icon(look));
  if (key) made.setAttribute("aria-keyshortcuts", key);
  if (label) made.append(make("span", {}, label));
  made.addEventListener("click", act);
  return made;
}

// One stop for the tab key; arrows move inside, as the ARIA practices have it for toolbars.
function toolbar(name, ...groups) {
  const made = make("div", { "role": "toolbar", "aria-label": name, "class": "tools" }, ...groups);
  const stops = () => [...made.querySelectorAll("button:not(:disabled)")].filter((each) => each.offsetParent);
  const stop = (at) => {
    for (const each of made.querySelectorAll("button")) each.tabIndex = each === at ? 0 : -1;
  };
  made.addEventListener("focusin", (event) => stop(event.target));
  made.addEventListener("keydown", (event) => {
    const all = stops();
    const here = all.indexOf(event.target);
    const to = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    all.at(to % all.length).focus();
  });
  stop(made.querySelector("button"));
  return made;
}

const group = (name, ...children) => make("div", { "role": "group", "aria-label": name }, ...children);
const between = (least, value, most) => Math.min(Math.max(value, least), most);
const press = (made, on) => made.setAttribute("aria-pressed", String(on));

// ---- one picture on the desk

class Side {
  constructor(figure) {
    this.figure = figure;
    this.name = figure.dataset.side;
    this.image = figure.querySelector("img");
    this.none = "none" in figure.dataset;
    this.width = Number(this.image?.getAttribute("width")) || 0;
    this.height = Number(this.image?.getAttribute("height")) || 0;
  }

  // The port is what one looks through; in it lie the hatching, the paper, and the picture on a plane that moves.
  mount(tell) {
    const frame = this.figure.querySelector(".frame");
    this.port = make("div", { class: "port" });
    if (!this.image) {
      this.port.append(this.figure.querySelector(".nothing"));
      this.figure.append(this.port);
      return;
    }
    this.hatch = make("div", { class: "hatch" });
    this.paper = make("div", { class: "paper" });
    this.plane = make("div", { class: "plane" }, this.image);
    this.boxes = make("div", { class: "boxes" });
    this.port.append(this.hatch, this.paper, this.plane, this.boxes);
    frame.replaceWith(this.port);
    this.watch(tell);
  }

  watch(tell) {
    this.image.draggable = false;
    this.image.loading = "eager";
    this.image.addEventListener("load", () => this.arrived(tell));
    this.image.addEventListener("error", () => this.failed());
    if (this.image.complete && this.image.naturalWidth) this.arrived(() => {});
  }

  arrived(tell) {
    this.port.querySelector(".nothing")?.remove();
    this.loaded = true;
    this.sheet = this.width > 0 && (this.width !== this.image.naturalWidth || this.height !== this.image.naturalHeight);
    this.width = this.image.naturalWidth;
    this.height = this.image.naturalHeight;
    tell(this);
  }

  failed() {
    if (this.port.querySelector(".nothing")) return;
    const again = make("button", { type: "button", class: "small" }, "Try again");
    again.addEventListener("click", () => {
      again.parentElement.remove();
      this.image.src = this.image.src;
    });
    this.port.append(make("p", { class: "nothing" }, "This picture could not be loaded. ", again));
  }

  // Give this pixel as red, green, blue and alpha; null where there is none. Throws where pictures may not be read.
  // A canvas keeps colours multiplied by alpha, in bytes: of what one sees through they come out rounded. Such a tile
  // is read again with care, and `again` is called when that is done.
  colour(x, y, again) {
    if (!this.loaded || x < 0 || y < 0 || x >= this.width || y >= this.height) return null;
    const column = Math.floor(x / TILE), row = Math.floor(y / TILE);
    const tile = this.tile(column, row);
    const at = ((y - row * TILE) * TILE + x - column * TILE) * 4;
    const alpha = tile.data[at + 3];
    if (alpha > 0 && alpha < 255 && !tile.careful) this.readWithCare(tile, column, row).then(again, () => {});
    return [...tile.data.subarray(at, at + 4)];
  }

  tile(column, row) {
    this.tiles ??= new Map();
    const key = `${column} ${row}`;
    if (!this.tiles.has(key)) {
      if (this.tiles.size >= TILES) this.tiles.clear();
      this.tiles.set(key, { data: this.read(this.image, ...this.place(column, row)), careful: false });
    }
    return this.tiles.get(key);
  }

  place(column, row) {
    const left = column * TILE, top = row * TILE;
    return [left, top, Math.min(TILE, this.width - left), Math.min(TILE, this.height - top)];
  }

  read(source, left, top, width, height, colours = {}) {
    const canvas = make("canvas", { width: TILE, height: TILE });
    const context = canvas.getContext("2d", { willReadFrequently: true, ...colours });
    context.drawImage(source, left, top, width, height, 0, 0, width, height);
    return context.getImageData(0, 0, TILE, TILE).data;
  }

  async readWithCare(tile, column, row) {
    tile.careful = true;
    const [left, top, width, height] = this.place(column, row);
    const bitmap = await createImageBitmap(this.image, left, top, width, height, { premultiplyAlpha: "none" });
    tile.data = this.read(bitmap, 0, 0, width, height, { colorType: "float16" });
    bitmap.close();
  }
}

// ---- the desk: pictures, and how they are looked at

class Desk {
  constructor(host, panes) {
    this.host = host;
    this.sides = [...panes.querySelectorAll("figure")].map((figure) => new Side(figure));
    this.before = this.sides.find((side) => side.name === "before");
    this.after = this.sides.find((side) => side.name === "after");
    this.difference = this.sides.find((side) => side.name === "difference");
    this.regions = JSON.parse(host.dataset.boxes ?? "[]");
    this.region = -1;
    this.scale = this.drawn = 1;
    this.x = this.y = 0;
    this.wide = 0; // of no use while nothing of it is in sight
    this.port = { width: 1, height: 1 };
    this.fitted = "whole";
    this.moved = false;
    this.calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.build(panes);
    this.listen();
    this.show();
  }

  get both() {
    return Boolean(this.before.image && this.after.image);
  }

  // Nothing stands on the other side: one picture takes all of the desk.
  get lone() {
    return this.before.none || this.after.none;
  }

  get modes() {
    const marked = this.difference ? ["difference", "highlight"] : [];
    return this.both ? ["side", "swipe", "onion", "blink", ...marked] : ["side"];
  }

  get mode() {
    return this.modes.includes(view.mode) ? view.mode : "side";
  }

  get seen() {
    const lone = this.lone && [this.before, this.after].filter((side) => side.image);
    return lone || {
      side: [this.before, this.after],
      difference: [this.difference],
      highlight: this.paged ? [this.difference] : [this.after, this.difference],
    }[this.mode] || [this.before, this.after];
  }

  // ---- building

  build(panes) {
    this.desk = make("div", { "class": "desk", "role": "group", "tabindex": "0", "aria-label": `Pictures of ${this.host.dataset.name}` });
    for (const side of this.sides) side.mount((arrived) => this.arrived(arrived));
    this.prepareMarks();
    this.desk.append(...this.sides.map((side) => side.figure), this.makeDivider(), this.makePill(), make("div", { "class": "cross", "aria-hidden": "true" }));
    if (this.lone) this.captionLone();
    this.probe = make("p", { class: "probe" });
    this.status = make("p", { class: "heard", role: "status" });
    const files = this.host.querySelector(".files");
    const under = make("div", { class: "under" }, this.probe, ...(files ? [files] : []));
    panes.replaceWith(this.makeTools(), this.desk, under, this.status);
  }

  captionLone() {
    const [none, there] = this.before.none ? [this.before, this.after] : [this.after, this.before];
    const words = none.figure.querySelector(".nothing");
    there.figure.querySelector("figcaption").append(make("em", {}, words.textContent.trim()));
  }

  // The server's third picture is the difference over a paled candidate. Here the mask alone is laid over the
  // candidate itself; where it does not lie over it (a document of many pages), the server's picture stays.
  prepareMarks() {
    if (!this.difference?.image) return;
    this.ready = this.difference.image.src;
    if (!this.host.dataset.marks) this.paged = true;
    this.difference.image.removeAttribute("src");
    this.difference.image.loading = "eager";
  }

  loadMarks() {
    const image = this.difference?.image;
    if (!image || image.getAttribute("src")) return;
    image.src = this.paged ? this.ready : this.host.dataset.marks;
  }

  makeTools() {
    this.buttons = {};
    const tool = (name, key, act, options) => (this.buttons[name] = button(name, key, act, options));
    const modes = MODES.filter(([mode]) => this.modes.includes(mode)).map(([mode, name, key, label = name]) =>
      tool(name, key, () => this.choose(mode), { look: mode, label }));
    this.percent = make("span", { class: "percent" });
    const zoom = group("Zoom",
      tool("Zoom out", "-", () => this.step(-1)), this.percent, tool("Zoom in", "+", () => this.step(1)),
      tool("Fit", "0", () => this.refit()), tool("Actual size", "1", () => this.zoomTo(1)));
    this.count = make("span", { class: "count" });
    const regions = group("Regions that differ",
      tool("Previous region", "[", () => this.jump(-1)), this.count, tool("Next region", "]", () => this.jump(1)));
    zoom.classList.add("zooming");
    regions.classList.add("regions");
    this.regionGroup = regions;
    const eyes = group("Seeing",
      tool("Background", "P", () => this.turnGround()), tool("Colour", "C", () => this.aim()));
    const groups = [...(modes.length > 1 ? [group("Ways to compare", ...modes)] : []), zoom, regions, eyes];
    if (groups[0] !== zoom) groups[0].classList.add("modes");
    return toolbar("View", ...groups);
  }

  makeDivider() {
    this.divider = make("div", {
      "class": "divider", "role": "slider", "tabindex": "0", "aria-label": "Divider between before and after",
      "aria-valuemin": "0", "aria-valuemax": "100",
    }, make("span"));
    return this.divider;
  }

  makePill() {
    this.fade = make("input", { "type": "range", "min": "0", "max": "100", "aria-label": "Opacity of after" });
    this.fade.addEventListener("input", () => { remember({ fade: Number(this.fade.value) / 100 }); this.paint(); });
    this.flipper = make("button", { type: "button", class: "small quiet", title: "Flip (Space)" }, "Flip");
    this.flipper.addEventListener("click", () => this.flip());
    this.pauser = make("button", { type: "button", class: "small quiet" }, "Pause");
    this.pauser.addEventListener("click", () => this.blinking ? this.stopBlinking() : this.blink());
    this.face = make("b", { "class": "face", "aria-hidden": "true" });
    return make("div", { class: "pill" },
      make("div", { class: "fading" }, make("span", {}, "Before"), this.fade, make("span", {}, "After")),
      make("div", { class: "blinking" }, this.face, this.flipper, this.pauser));
  }

  // ---- listening

  listen() {
    this.observer = new ResizeObserver(() => this.resized());
    this.observer.observe(this.desk);
    this.desk.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.desk.addEventListener("pointerdown", (event) => this.grab(event));
    this.desk.addEventListener("pointermove", (event) => this.point(event));
    this.desk.addEventListener("pointerleave", () => this.aiming || this.tell(null));
    this.desk.addEventListener("dblclick", (event) => this.twice(event));
    this.desk.addEventListener("keydown", (event) => this.arrow(event));
    for (const kind of ["touchstart", "touchmove", "touchend", "touchcancel"]) this.desk.addEventListener(kind, (event) => this.touch(event), { passive: false });
    this.divider.addEventListener("pointerdown", (event) => this.seize(event));
    this.divider.addEventListener("keydown", (event) => this.slide(event));
  }

  come() {
    this.observer.observe(this.desk);
    this.show();
  }

  leave() {
    this.observer.disconnect();
    clearInterval(this.blinking);
    clearTimeout(this.settling);
    cancelAnimationFrame(this.asked);
  }

  // ---- modes

  choose(mode) {
    if (!this.modes.includes(mode)) return false;
    remember({ mode });
    this.show();
    return true;
  }

  show() {
    const mode = this.mode;
    this.desk.dataset.mode = this.lone ? "lone" : mode;
    for (const [each, name] of MODES) if (this.buttons[name]) press(this.buttons[name], each === mode);
    if (["difference", "highlight"].includes(mode)) this.loadMarks();
    for (const side of this.sides) side.figure.hidden = !this.seen.includes(side);
    this.stopBlinking();
    if (mode === "blink") this.startBlinking();
    this.resized();
  }

  startBlinking() {
    this.face.textContent = "Before";
    this.desk.dataset.face = "before";
    if (!this.calm) this.blink();
  }

  blink() {
    this.blinking = setInterval(() => this.turn(), BLINK);
    this.pauser.textContent = "Pause";
  }

  stopBlinking() {
    clearInterval(this.blinking);
    this.blinking = 0;
    this.pauser.textContent = "Blink by itself";
  }

  turn() {
    const face = this.desk.dataset.face === "before" ? "after" : "before";
    this.desk.dataset.face = face;
    this.face.textContent = face === "before" ? "Before" : "After";
  }

  flip() {
    this.stopBlinking();
    this.turn();
    this.say(`${this.face.textContent} is shown.`);
  }

  turnGround() {
    remember({ ground: GROUNDS[(GROUNDS.indexOf(view.ground) + 1) % GROUNDS.length] });
    this.say(`Background: ${view.ground}.`);
    this.paint();
  }

  // ---- the divider

  divide(share) {
    remember({ split: between(0, share, 1) });
    this.paint();
  }

  seize(event) {
    event.preventDefault();
    event.stopPropagation();
    this.divider.focus({ preventScroll: true });
    this.follow(event, this.divider, (moved) => this.divideAt(moved.clientX));
  }

  divideAt(left) {
    const place = this.desk.getBoundingClientRect();
    this.divide((left - place.left) / place.width);
  }

  slide(event) {
    const stride = event.shiftKey ? 0.1 : 0.02;
    const to = {
      ArrowLeft: view.split - stride, ArrowDown: view.split - stride, ArrowRight: view.split + stride,
      ArrowUp: view.split + stride, PageDown: view.split - 0.1, PageUp: view.split + 0.1, Home: 0, End: 1,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.divide(to);
  }

  // ---- measures

  // Asked once a size or mode, not once a step: to ask makes the browser lay out the page.
  measure() {
    const { clientWidth: width, clientHeight: height } = this.seen[0].port;
    this.port = { width, height };
  }

  get size() {
    const apart = this.paged && this.seen.includes(this.difference);
    const sides = this.sides.filter((side) => side.image && (side === this.difference) === Boolean(apart));
    return { width: Math.max(1, ...sides.map((side) => side.width)), height: Math.max(1, ...sides.map((side) => side.height)) };
  }

  // Shown whole it would be too small to be read: it is shown as wide as there is room, and scrolled.
  long(room = this.port) {
    const { whole, width } = this.fits(room);
    const { width: wide, height: high } = this.size;
    return whole < 0.6 * Math.min(width, 1) && (whole < 0.2 || high > 3 * wide);
  }

  get pannable() {
    const { width, height } = this.size;
    const port = this.port;
    return width * this.scale > port.width + 1 || height * this.scale > port.height + 1;
  }

  fits({ width: wide, height: high } = this.port) {
    const { width, height } = this.size;
    const across = (wide - 2 * MARGIN) / width;
    return { whole: Math.min(across, (high - 2 * MARGIN) / height), width: across };
  }

  // Small pictures are shown larger by whole steps, so that their pixels stay squares of one size.
  scaleOf(kind) {
    const scale = this.fits()[kind];
    return scale >= 2 ? Math.min(Math.floor(scale), 4) : Math.max(Math.min(scale, 1), 0.005);
  }

  // Two panes lie beside each other or one below the other: as the pictures come out larger.
  lay() {
    const { wide: width, desk: { clientHeight: height } } = this;
    const columns = this.fits({ width: width / 2, height });
    const rows = this.fits({ width, height: height / 2 });
    this.desk.dataset.lie = this.long({ width: width / 2, height }) || columns.whole >= rows.whole || columns.whole >= 1 ? "columns" : "rows";
  }

  // ---- moving and zooming

  arrived(side) {
    if (side === this.difference) this.comeMarks();
    else if (side.sheet) this.putApart();
    if (this.moved) this.ask();
    else this.resized();
  }

  comeMarks() {
    const { width, height } = this.size;
    const over = this.difference.width === width && this.difference.height === height;
    if (!over && this.before.loaded && this.after.loaded) this.putApart();
  }

  // Many pages stand on one sheet, and the mask is of all pages together: neither it nor its boxes lie over the sheet.
  putApart() {
    if (this.paged) return;
    this.paged = true;
    this.regions = [];
    this.difference?.image.removeAttribute("src");
    this.show();
  }

  resized() {
    this.wide = this.desk.clientWidth;
    if (!this.wide) return;
    this.lay();
    this.measure();
    if (this.fitted && !(this.moved && this.long())) this.begin();
    else this.move(this.x, this.y);
    this.paint();
  }

  begin() {
    this.fitted = this.long() ? "width" : "whole";
    this.scale = this.drawn = this.scaleOf(this.fitted);
    const first = this.fitted === "width" && this.regions[0];
    this.move(Infinity, first ? this.port.height / 2 - (first[1] + first[3] / 2) * this.scale : Infinity);
    this.settle();
  }

  refit() {
    const kinds = this.long() ? ["width", "whole"] : ["whole"];
    this.fitted = kinds[(kinds.indexOf(this.fitted) + 1) % kinds.length];
    const middle = (this.port.height / 2 - this.y) / this.scale;
    this.scale = this.scaleOf(this.fitted);
    this.move(Infinity, this.port.height / 2 - middle * this.scale);
    this.settle();
  }

  zoomTo(scale, x = this.port.width / 2, y = this.port.height / 2) {
    const to = between(Math.min(this.fits().whole, 1), scale, MOST);
    const grown = to / this.scale;
    this.scale = to;
    this.fitted = "";
    this.moved = true;
    this.move(x - (x - this.x) * grown, y - (y - this.y) * grown);
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.settle(), SETTLE);
  }

  step(way, x, y) {
    const steps = way > 0 ? STEPS : [...STEPS].reverse();
    const next = steps.find((each) => way > 0 ? each > this.scale * 1.02 : each < this.scale / 1.02);
    this.zoomTo(next ?? this.scale, x, y);
  }

  // Between the whole picture and its pixels.
  toggleZoom() {
    if (this.fitted) this.zoomTo(Math.max(1, 2 * this.scale), this.pointed?.x, this.pointed?.y);
    else this.refit();
  }

  move(x, y) {
    const port = this.port, size = this.size;
    const hold = (at, whole, room) => whole * this.scale <= room - 2 * MARGIN + 1
      ? (room - whole * this.scale) / 2
      : between(room - whole * this.scale - MARGIN, at, MARGIN);
    this.x = Math.round(hold(x, size.width, port.width));
    this.y = Math.round(hold(y, size.height, port.height));
    this.ask();
  }

  // Give false where there is nowhere to go, so that the page may scroll instead.
  pan(right, down) {
    const { x, y } = this;
    this.move(x - right, y - down);
    const went = this.x !== x || this.y !== y;
    if (went) this.moved = true;
    return went;
  }

  jump(way) {
    if (!this.regions.length) return false;
    const count = this.regions.length;
    this.region = this.region < 0 ? (way > 0 ? 0 : count - 1) : (this.region + way + count) % count;
    const [left, top, width, height] = this.regions[this.region];
    this.approach(left, top, width, height);
    this.say(`Region ${this.region + 1} of ${count}: ${width} by ${height} pixels at ${left}, ${top}.`);
    this.paint();
    return true;
  }

  // Centre a box, and come nearer where it would hardly be seen, or go back where it would not be whole.
  approach(left, top, width, height) {
    const port = this.port;
    const whole = 0.9 * Math.min(port.width / width, port.height / height);
    const least = Math.min(between(1, Math.floor(0.3 * Math.min(port.width, port.height) / Math.max(width, height)), 8), whole);
    const seen = Math.max(width, height) * this.scale >= 32;
    const scale = Math.max(Math.min(seen ? this.scale : Math.max(least, this.scale), whole), Math.min(this.fits().whole, 1));
    if (scale !== this.scale) this.fitted = "";
    this.scale = scale;
    this.moved = true;
    this.move(port.width / 2 - (left + width / 2) * scale, port.height / 2 - (top + height / 2) * scale);
    this.settle();
  }

  // ---- by mouse and wheel

  spot(event) {
    const port = (event.target.closest?.(".port") ?? this.seen[0].port).getBoundingClientRect();
    return { x: event.clientX - port.left, y: event.clientY - port.top };
  }

  wheel(event) {
    const unit = event.deltaMode === 1 ? 16 : 1;
    const { x, y } = this.spot(event);
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      const pace = Math.abs(event.deltaY * unit) < 50 ? 0.01 : 0.0025;
      this.zoomTo(this.scale * Math.exp(-event.deltaY * unit * pace), x, y);
      return;
    }
    const [right, down] = event.shiftKey && !event.deltaX ? [event.deltaY, 0] : [event.deltaX, event.deltaY];
    if (this.pannable && this.pan(right * unit, down * unit)) event.preventDefault();
  }

  grab(event) {
    if (event.pointerType === "touch" || event.button > 1 || event.target.closest("button, input, a")) return;
    const { pannable } = this;
    if (!pannable && this.mode !== "swipe") return;
    event.preventDefault();
    this.desk.focus({ preventScroll: true });
    let { clientX: x, clientY: y } = event;
    if (!pannable) this.divideAt(x);
    this.follow(event, this.desk, (moved) => {
      if (!pannable) return this.divideAt(moved.clientX);
      this.pan(x - moved.clientX, y - moved.clientY);
      x = moved.clientX;
      y = moved.clientY;
    });
  }

  follow(event, element, act) {
    element.setPointerCapture(event.pointerId);
    this.desk.classList.add("held");
    const end = () => {
      element.removeEventListener("pointermove", act);
      this.desk.classList.remove("held");
    };
    element.addEventListener("pointermove", act);
    for (const kind of ["pointerup", "pointercancel", "lostpointercapture"]) element.addEventListener(kind, end, { once: true });
  }

  twice(event) {
    if (event.target.closest("button, input, a, .divider, .pill")) return;
    const { x, y } = this.spot(event);
    if (this.scale >= MOST) this.refit();
    else this.zoomTo(this.scale * (event.shiftKey ? 0.5 : 2), x, y);
  }

  // ---- by touch: one finger moves, two zoom and move, a tap tells the colour

  touch(event) {
    if (event.target.closest("button, input, a, .divider")) return;
    const fingers = [...event.touches].map((touch) => ({ x: touch.clientX, y: touch.clientY }));
    if (event.type === "touchmove" && this.fingers?.length === fingers.length) this.drag(event, fingers);
    if (event.type === "touchstart") {
      this.tapped = fingers.length === 1;
      if (fingers.length > 1) event.preventDefault();
    }
    if (event.type === "touchend" && this.tapped && !fingers.length) this.tap(event.changedTouches[0]);
    this.fingers = fingers;
  }

  drag(event, fingers) {
    const middle = (of) => ({ x: of.reduce((sum, each) => sum + each.x, 0) / of.length, y: of.reduce((sum, each) => sum + each.y, 0) / of.length });
    const spread = (of) => of.length > 1 ? Math.hypot(of[0].x - of[1].x, of[0].y - of[1].y) : 1;
    const was = middle(this.fingers), is = middle(fingers);
    if (Math.hypot(was.x - is.x, was.y - is.y) > 3) this.tapped = false;
    if (fingers.length > 1) {
      const { x, y } = this.spot({ target: event.target, clientX: is.x, clientY: is.y });
      this.zoomTo(this.scale * spread(fingers) / Math.max(1, spread(this.fingers)), x, y);
    } else if (this.mode === "swipe" && !this.pannable) {
      this.divideAt(is.x);
    }
    if ((this.pan(was.x - is.x, was.y - is.y) || fingers.length > 1) && event.cancelable) event.preventDefault();
  }

  tap(touch) {
    const { x, y } = this.spot({ target: touch.target, clientX: touch.clientX, clientY: touch.clientY });
    this.tell(this.pixel(x, y));
  }

  // ---- by key

  arrow(event) {
    if (event.target !== this.desk || event.ctrlKey || event.metaKey || event.altKey || !this.shove(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  shove(key) {
    const way = { ArrowLeft: [-STRIDE, 0], ArrowRight: [STRIDE, 0], ArrowUp: [0, -STRIDE], ArrowDown: [0, STRIDE] }[key];
    if (!way || !this.pannable) return false;
    this.pan(...way);
    return true;
  }

  press(key) {
    const mode = MODES.find(([, , letter]) => letter === key.toUpperCase());
    if (mode) return this.choose(mode[0]);
    const acts = {
      "z": () => this.toggleZoom(), "[": () => this.jump(-1), "]": () => this.jump(1),
      "+": () => this.step(1), "=": () => this.step(1), "-": () => this.step(-1),
      "0": () => this.refit(), "1": () => this.zoomTo(1), "p": () => this.turnGround(), "c": () => this.aim(),
    };
    const act = acts[key.toLowerCase()];
    if (act) return act() !== false;
    return key === " " ? this.space() : this.shove(key);
  }

  space() {
    const busy = document.activeElement?.closest("button, a, summary, input");
    if (busy || this.mode !== "blink") return false;
    this.flip();
    return true;
  }

  // ---- colours

  point(event) {
    if (event.pointerType === "touch") return;
    this.pointed = this.spot(event);
    if (this.aiming || this.telling) return;
    this.telling = requestAnimationFrame(() => {
      this.telling = 0;
      this.tell(this.pixel(this.pointed.x, this.pointed.y));
    });
  }

  pixel(x, y) {
    return { x: Math.floor((x - this.x) / this.scale), y: Math.floor((y - this.y) / this.scale) };
  }

  aim() {
    this.aiming = !this.aiming;
    press(this.buttons.Colour, this.aiming);
    this.desk.classList.toggle("aiming", this.aiming);
    this.tell(null);
    this.ask();
  }

  centre() {
    const port = this.port;
    this.tell(this.pixel(port.width / 2, port.height / 2));
    clearTimeout(this.saying);
    this.saying = setTimeout(() => this.aiming && this.say(this.probe.textContent), 700);
  }

  // Tell the colours of one pixel; of none, how to move about.
  tell(pixel) {
    const { width, height } = this.size;
    this.told = pixel;
    const inside = pixel && pixel.x >= 0 && pixel.y >= 0 && pixel.x < width && pixel.y < height;
    this.probe.replaceChildren(...(inside ? this.colours(pixel) : [this.hint()]));
  }

  hint() {
    const touch = matchMedia("(hover: none)").matches;
    const words = touch ? "Pinch to zoom, drag to move, tap for a colour." : "Drag or scroll to move, Ctrl and wheel to zoom, point at a pixel for its colour.";
    return make("span", { class: "hint" }, words);
  }

  colours({ x, y }) {
    const shown = [make("span", { class: "at" }, `x ${x}, y ${y}`)];
    for (const side of [this.before, this.after].filter((each) => each.image)) {
      const name = side === this.before ? "Before" : "After";
      const [swatch, words] = this.swatch(side, x, y);
      shown.push(make("span", { class: "tint" }, swatch, `${name} `, make("b", {}, words)));
    }
    return shown;
  }

  swatch(side, x, y) {
    const swatch = make("i");
    try {
      const colour = side.colour(x, y, () => this.told?.x === x && this.told.y === y && this.tell({ x, y }));
      if (!colour) return [swatch, side.loaded ? "nothing" : "…"];
      const [red, green, blue, alpha] = colour;
      swatch.style.backgroundColor = `rgb(${red} ${green} ${blue} / ${alpha / 255})`;
      return [swatch, `${red}, ${green}, ${blue}, ${alpha}`];
    } catch {
      return [swatch, "not to be read from a file on disk"]; // a browser lets no page read pictures of file:
    }
  }

  say(words) {
    this.status.textContent = words;
  }

  // ---- drawing: nothing but transforms while it moves; sizes when it has come to rest

  ask() {
    this.asked ||= requestAnimationFrame(() => {
      this.asked = 0;
      this.paint();
      if (this.aiming) this.centre();
    });
  }

  settle() {
    clearTimeout(this.settling);
    this.drawn = this.scale;
    this.paint();
  }

  paint() {
    if (!this.wide) return;
    const size = this.size, port = this.port;
    for (const side of this.seen) if (side.image) this.paintSide(side, size, port);
    this.desk.dataset.ground = view.ground;
    this.desk.style.setProperty("--split", view.split);
    this.desk.style.setProperty("--fade", view.fade);
    this.desk.classList.toggle("sharp", this.drawn >= SHARP);
    this.desk.classList.toggle("pannable", this.pannable);
    this.paintTools();
  }

  paintSide(side, size, port) {
    const wide = `${side.width * this.drawn}px`, high = `${side.height * this.drawn}px`;
    if (side.image.style.width !== wide || side.image.style.height !== high) Object.assign(side.image.style, { width: wide, height: high });
    side.plane.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.scale / this.drawn})`;
    this.cover(side.hatch, size.width, size.height, port);
    this.cover(side.paper, side.width, side.height, port);
    this.paintBoxes(side);
  }

  // Lay an element under that part of a picture which is in sight: never larger than the port.
  cover(element, width, height, port) {
    const left = between(0, this.x, port.width), top = between(0, this.y, port.height);
    const right = between(0, this.x + width * this.scale, port.width), bottom = between(0, this.y + height * this.scale, port.height);
    Object.assign(element.style, { width: `${right - left}px`, height: `${bottom - top}px`, transform: `translate(${left}px, ${top}px)` });
    element.style.backgroundPosition = `${Math.min(0, this.x) % 16}px ${Math.min(0, this.y) % 16}px`;
  }

  paintBoxes(side) {
    side.boxes.style.transform = `translate(${this.x}px, ${this.y}px)`;
    const marked = ["difference", "highlight"].includes(this.mode);
    const key = `${this.scale} ${this.region} ${marked}`;
    if (side.boxed === key) return;
    side.boxed = key;
    const shown = this.regions.map((box, at) => [box, at]).filter(([, at]) => marked || at === this.region);
    side.boxes.replaceChildren(...shown.map(([box, at]) => this.box(box, at === this.region)));
  }

  box([left, top, width, height], current) {
    const made = make("i", current ? { class: "current" } : {});
    const around = 3;
    Object.assign(made.style, {
      left: `${left * this.scale - around}px`, top: `${top * this.scale - around}px`,
      width: `${width * this.scale + 2 * around}px`, height: `${height * this.scale + 2 * around}px`,
    });
    return made;
  }

  paintTools() {
    const count = this.regions.length;
    this.regionGroup.hidden = !count;
    this.count.textContent = this.region < 0 ? `${count} ${count === 1 ? "region" : "regions"}` : `${this.region + 1} of ${count}`;
    this.percent.textContent = `${this.scale < 0.1 ? (100 * this.scale).toFixed(1) : Math.round(100 * this.scale)} %`;
    press(this.buttons.Fit, Boolean(this.fitted));
    press(this.buttons["Actual size"], this.scale === 1);
    this.buttons["Zoom in"].disabled = this.scale >= MOST;
    this.buttons["Zoom out"].disabled = this.scale <= Math.min(this.fits().whole, 1) * 1.001;
    this.buttons.Background.title = `Background: ${view.ground} (P)`;
    this.divider.setAttribute("aria-valuenow", String(Math.round(100 * view.split)));
    this.divider.setAttribute("aria-valuetext", `${Math.round(100 * view.split)} % before`);
    this.fade.value = String(Math.round(100 * view.fade));
    if (!this.probe.childNodes.length) this.tell(null);
  }
}

// ---- lines of text

class Lines {
  constructor(host, box, alone) {
    this.box = box;
    this.narrow = host.clientWidth < 640;
    this.beside = box.querySelector("table");
    const name = (words) => alone ? words : `Lines ${words.toLowerCase()}`;
    this.buttons = {
      side: button(name("Side by side"), alone ? "S" : "", () => this.choose("side"), { look: "side", label: "Side by side" }),
      unified: button(name("Unified"), "T", () => this.choose("unified"), { look: "unified", label: "Unified" }),
    };
    this.tools = toolbar(alone ? "View" : "View of the lines", group("Ways to compare", ...Object.values(this.buttons)));
    this.tools.firstElementChild.classList.add("modes");
    this.more = make("button", { type: "button", class: "small more-lines" });
    this.more.addEventListener("click", () => this.unfold());
    this.most = LINES;
    box.before(this.tools);
    box.after(this.more);
    this.show();
  }

  get way() {
    return view.lines || (this.narrow ? "unified" : "side");
  }

  choose(lines) {
    remember({ lines });
    this.show();
  }

  show() {
    for (const [way, made] of Object.entries(this.buttons)) press(made, way === this.way);
    if (this.way === "unified" && !this.unified) this.beside.after(this.unified = this.unify());
    this.beside.hidden = this.way === "unified";
    if (this.unified) this.unified.hidden = this.way !== "unified";
    this.fold();
  }

  fold() {
    const rows = [...(this.way === "unified" ? this.unified : this.beside).rows];
    for (const [at, row] of rows.entries()) row.hidden = at >= this.most;
    const left = rows.length - this.most;
    this.more.hidden = left <= 0;
    this.more.textContent = `Show more: ${Math.max(0, left).toLocaleString("en")} lines are folded`;
  }

  unfold() {
    const first = this.most;
    this.most += 5 * LINES;
    this.fold();
    const row = (this.way === "unified" ? this.unified : this.beside).rows[first];
    if (this.more.hidden && row) this.box.focus({ preventScroll: true });
  }

  // Of changed lines that stand together, first all that were, then all that are.
  unify() {
    const columns = make("colgroup", {}, make("col", { class: "at" }), make("col", { class: "at" }), make("col"));
    return make("table", { class: "unified" }, columns, ...[...this.beside.tBodies].map((body) => this.unifyBody(body)));
  }

  unifyBody(body) {
    const made = make("tbody");
    if (body.classList.contains("between")) {
      made.className = "between";
      made.append(body.rows[0].cloneNode(true));
      made.querySelector("td").colSpan = 3;
      return made;
    }
    let olds = [], news = [];
    const flush = () => { made.append(...olds, ...news); olds = []; news = []; };
    for (const row of body.rows) {
      const [was, before, is, after] = row.cells;
      if (!before.className && !after.className) {
        flush();
        made.append(this.row(was, is, after));
        continue;
      }
      if (before.className === "gone") olds.push(this.row(was, null, before));
      if (after.className === "come") news.push(this.row(null, is, after));
    }
    flush();
    return made;
  }

  row(was, is, cell) {
    const number = (at) => at ? at.cloneNode(true) : make("td", { class: "at" });
    return make("tr", {}, number(was), number(is), cell.cloneNode(true));
  }

  press(key, alone) {
    if (alone && key.toLowerCase() === "s") {
      this.choose("side");
      return true;
    }
    if (key.toLowerCase() !== "t") return false;
    this.choose(this.way === "unified" ? "side" : "unified");
    return true;
  }
}

// ---- the element

class GoldenViewer extends HTMLElement {
  // What each key does, for a help dialog.
  static keys = {
    ...Object.fromEntries(MODES.map(([, name, key]) => [key, name])),
    "T": "Lines of text side by side, or unified",
    "Space": "Flip, while blinking",
    "Z": "Zoom in, or back to all of it",
    "+": "Zoom in",
    "-": "Zoom out",
    "0": "Fit",
    "1": "Actual size",
    "]": "Next region that differs",
    "[": "Previous region that differs",
    "Shift + arrows": "Move the picture",
    "P": "Background: checkered, light or dark",
    "C": "Colour of the pixel in the middle",
  };

  connectedCallback() {
    if (this.desk) this.desk.come();
    if (this.desk || this.lines) return;
    const panes = this.querySelector(".panes");
    const lines = this.querySelector(".lines");
    this.toggleAttribute("data-ready", true);
    if (panes?.querySelector("img")) this.desk = new Desk(this, panes);
    if (lines) this.lines = new Lines(this, lines, !this.desk);
  }

  disconnectedCallback() {
    this.desk?.leave();
  }

  // Do what a key stands for; give true where it stood for something.
  press(key) {
    return Boolean(this.desk?.press(key) || this.lines?.press(key, !this.desk));
  }
}

customElements.define("golden-viewer", GoldenViewer);
})();
