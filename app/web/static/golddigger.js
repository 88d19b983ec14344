// The page works without this. With it, decisions show at once, keys move, the list goes on by itself, and what
// others decide comes in. It has no import and no export, so that it also runs in a page that is a file.
(() => {
"use strict";

const room = document.querySelector("[data-run]");
if (!room) return;
const run = room.dataset.run; // empty in a file, which shows what was found once
const base = `/runs/${run}`;
const list = document.querySelector("[data-rows]");
const pane = list?.closest(".list"); // what scrolls, where there is room for two panes
const stages = document.querySelector("[data-stages]");
const toast = document.querySelector("[data-toast]");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const narrow = matchMedia("(max-width: 59.99rem)");
const kept = new Map(); // comparison id -> its stage, the last used ones
const coming = new Map(); // comparison id -> the promise of its stage
const waiting = new Map(); // comparison id -> how many posts about it are under way
const parts = new Map(); // name -> the HTML that stands in it
const title = document.title.split(" · ").slice(-3).join(" · ");
const MOST_KEPT = 12;
const WAIT = 15_000; // ms
const AGAIN = 4_000; // ms
const STAYS = 120; // ms
const BEYOND = 200; // px outside of the window
let queue = Promise.resolve();
let etag = "";
let pulse = "";
let missed = false; // did something change while a decision was under way?
let marked = null; // a row of the group that the next yes or no is about
let current = entryOf(document.querySelector("[data-stage]")?.dataset.stage);

// ---- the list

function entries() {
  return list ? [...list.querySelectorAll("[data-entry]")] : [];
}

function entryOf(id) {
  return id ? list?.querySelector(`[data-entry="${CSS.escape(id)}"]`) ?? null : null;
}

function isOpen(entry) {
  return "decidable" in entry.dataset && !entry.dataset.opinion;
}

function show(id, opinion, who) {
  const entry = entryOf(id);
  if (entry) {
    entry.dataset.opinion = opinion;
    entry.dataset.who = who;
    entry.querySelector("[data-state]").textContent = opinion || ("decidable" in entry.dataset ? "open" : "");
  }
  const stage = kept.get(id) ?? staged(id);
  if (stage) showOn(stage, opinion, who);
}

function showOn(stage, opinion, who) {
  stage.dataset.opinion = opinion;
  stage.querySelector(".decide .yes")?.setAttribute("aria-pressed", String(opinion === "approved"));
  stage.querySelector(".decide .no")?.setAttribute("aria-pressed", String(opinion === "rejected"));
  const said = stage.querySelector("[data-said]");
  if (!said || said.dataset.said === `${opinion} ${who}`) return;
  said.dataset.said = `${opinion} ${who}`;
  const word = document.createElement("span");
  const name = document.createElement("bdi");
  word.className = "opinion";
  word.textContent = opinion;
  name.textContent = who;
  said.replaceChildren(...(opinion ? [word, who ? " by " : " …", name] : [word]));
}

// More rows come as one scrolls or moves. A piece that goes on with a suite or a group does not begin it again.

async function grow(link) {
  if (!link || link.dataset.coming) return false;
  link.dataset.coming = "1";
  try {
    const piece = await rows(link.getAttribute("href"));
    const ol = list.querySelector("ol");
    if (link.matches("[data-more]")) {
      const known = new Set([...ol.querySelectorAll("[data-head]")].map((head) => head.dataset.head));
      for (const head of piece.querySelectorAll("ol [data-head]")) if (known.has(head.dataset.head)) head.remove();
      ol.append(...piece.querySelectorAll("ol > li"));
      swap(link, piece.querySelector("[data-more]"));
    } else {
      const heads = new Set([...piece.querySelectorAll("[data-head]")].map((head) => head.dataset.head));
      for (const head of ol.querySelectorAll("[data-head]")) if (heads.has(head.dataset.head)) head.remove();
      const below = scroller().scrollHeight;
      ol.prepend(...piece.querySelectorAll("ol > li"));
      swap(link, piece.querySelector("[data-earlier]"));
      scroller().scrollTop += scroller().scrollHeight - below;
    }
    settle();
    return true;
  } catch (error) {
    delete link.dataset.coming;
    say(error.message);
    setTimeout(watchEnds, AGAIN); // one who waits at the end need not scroll away and back
    return false;
  }
}

async function rows(href) {
  const answer = await fetch(`${base}/list${new URL(href, location.href).search}`, { headers: { "Accept": "text/html" } });
  if (!answer.ok) throw new Error("More of the list cannot be had just now. Try again.");
  const template = document.createElement("template");
  template.innerHTML = await answer.text();
  for (const image of template.content.querySelectorAll(".thumb img")) {
    image.dataset.src = image.getAttribute("src");
    image.removeAttribute("src");
  }
  return template.content;
}

// Small pictures of rows that came later are asked for where one stays: of rows that fly by nobody sees them, and the
// server would make each. An observer of two thousand pictures would cost more than a frame has time.
let sighting = 0;

function watchSights() {
  if (sighting || !list) return;
  const from = scroller().scrollTop;
  sighting = setTimeout(() => {
    sighting = 0;
    if (Math.abs(scroller().scrollTop - from) > innerHeight / 2) watchSights();
    else unveil();
  }, STAYS);
}

function unveil() {
  for (const image of list.querySelectorAll("img[data-src]")) {
    const place = image.parentElement.getBoundingClientRect();
    if (place.bottom < -BEYOND || place.top > innerHeight + BEYOND) continue;
    image.src = image.dataset.src;
    delete image.dataset.src;
  }
}

function swap(link, next) {
  if (next) link.replaceWith(next);
  else link.remove();
}

function scroller() {
  return getComputedStyle(pane).overflowY === "auto" ? pane : document.scrollingElement;
}

// What has come is made fit for what holds now: marks, decisions under way, where one stands.
function settle() {
  if (current && !current.isConnected) current = entryOf(current.dataset.entry) ?? current;
  for (const entry of entries()) {
    entry.classList.toggle("marked", Boolean(marked) && alike(entry, marked));
    const link = entry.querySelector("a");
    if (current && entry.dataset.entry === current.dataset.entry) link.setAttribute("aria-current", "true");
  }
  watchEnds();
  watchSights();
}

let ends = null;
function watchEnds() {
  ends?.disconnect();
  const more = run && list?.querySelector("[data-more]");
  if (!more) return;
  const root = scroller() === pane ? pane : null;
  ends = new IntersectionObserver((seen) => {
    for (const each of seen) if (each.isIntersecting && each.target.isConnected) grow(each.target);
  }, { root, rootMargin: "800px 0px" });
  ends.observe(more);
}

// ---- the sieve: words, state and outcome, asked of the server, so that rows which are not here are found too

const sieve = document.querySelector("[data-sieve]");
let sieving = 0;
let asked = 0;

function sift() {
  clearTimeout(sieving);
  sieving = setTimeout(async () => {
    const mine = ++asked;
    const words = new URLSearchParams([...new FormData(sieve)].filter(([, value]) => value));
    try {
      const piece = await rows(`?${words}`);
      if (mine !== asked) return;
      list.replaceChildren(...piece.childNodes);
      pane.scrollTop = 0;
      history.replaceState(null, "", `${location.pathname}${words.size ? `?${words}` : ""}`);
      settle();
      tell(list.querySelector("[data-found]")?.textContent.trim() ?? "All goldens");
    } catch (error) {
      say(error.message);
    }
  }, 150);
}

sieve?.addEventListener("input", sift);
sieve?.addEventListener("change", sift);
sieve?.addEventListener("submit", (event) => {
  event.preventDefault();
  sift();
  (entries()[0]?.querySelector("a") ?? sieve.elements.q).focus();
});

// ---- the stage

function staged(id) {
  const there = stages?.querySelector("[data-stage]");
  return there && (!id || there.dataset.stage === id) ? there : null;
}

function keep(id, stage) {
  kept.delete(id);
  kept.set(id, stage);
  for (const old of kept.keys()) {
    if (kept.size <= MOST_KEPT) break;
    kept.delete(old);
  }
}

function fetchStage(id) {
  if (kept.has(id)) return Promise.resolve(kept.get(id));
  if (!coming.has(id)) coming.set(id, loadStage(id).finally(() => coming.delete(id)));
  return coming.get(id);
}

async function loadStage(id) {
  const here = document.getElementById(`stage-${id}`);
  const template = here ?? document.createElement("template");
  if (!here) {
    const answer = await fetch(`${base}/comparisons/${id}/stage`, { headers: { "Accept": "text/html" } });
    if (!answer.ok) throw new Error(answer.status === 404 ? "This is not here any more. Reload the page." : "This golden cannot be shown just now. Try again.");
    template.innerHTML = await answer.text();
  }
  const stage = document.importNode(template.content, true).querySelector("[data-stage]");
  offerCopying(stage);
  keep(id, stage);
  return stage;
}

// The one after and the one before are fetched ahead, with their pictures, so that moving to them takes no time.
function fetchAhead(entry) {
  if (!run) return;
  for (const next of [beside(entry, 1), beside(entry, -1)]) {
    if (!next || kept.has(next.dataset.entry)) continue;
    fetchStage(next.dataset.entry).then((stage) => {
      for (const image of stage.querySelectorAll("img[src]")) new Image().src = image.getAttribute("src");
    }, () => {});
  }
}

async function put(entry) {
  const id = entry.dataset.entry;
  if (staged(id)) return;
  stages.setAttribute("aria-busy", "true");
  let stage = null;
  try {
    stage = await fetchStage(id);
  } catch (error) {
    say(error.message);
  }
  if (!current || current.dataset.entry !== id) return;
  stages.removeAttribute("aria-busy");
  if (!stage) return;
  const old = staged();
  if (old) keep(old.dataset.stage, old);
  const held = old?.contains(document.activeElement) ? document.activeElement : null;
  showOn(stage, entry.dataset.opinion, entry.dataset.who);
  stages.replaceChildren(stage);
  stages.closest(".scene").querySelector(".twins")?.remove();
  scrollUp();
  if (held) (held.value && stage.querySelector(`.decide button[value="${held.value}"]`) || stage).focus({ preventScroll: true });
  fetchAhead(entry);
}

function scrollUp() {
  stages.closest(".scene").scrollTop = 0;
  if (narrow.matches && room.dataset.view === "stage") scrollTo({ top: 0, behavior: "instant" });
}

// ---- moving

function beside(entry, step) {
  const all = entries();
  return all[all.indexOf(entry) + step] ?? null;
}

function stand(entry, { focus = true, open = false } = {}) {
  if (!entry) return;
  if (current && current !== entry) current.querySelector("a").removeAttribute("aria-current");
  if (marked && !alike(entry, marked)) unmark();
  current = entry;
  const link = entry.querySelector("a");
  link.setAttribute("aria-current", "true");
  if (open) view("stage");
  const listed = room.dataset.view === "list" || !narrow.matches;
  if (focus && listed) link.focus({ preventScroll: true });
  if (listed) reveal(entry);
  if (run) {
    history.replaceState(null, "", room.dataset.view === "list" && narrow.matches ? `${base}${location.search}` : `${link.getAttribute("href")}${location.search}`);
    document.title = `${link.title.slice(link.title.lastIndexOf("/") + 1)} · ${title}`;
  }
  for (const button of document.querySelectorAll("[data-step]")) {
    button.disabled = !beside(entry, Number(button.dataset.step)) && !list.querySelector(button.dataset.step === "1" ? "[data-more]" : "[data-earlier]");
  }
  put(entry);
}

// What sticks above the rows covers them.
function reveal(entry) {
  const place = entry.getBoundingClientRect();
  const inside = scroller() === pane;
  const covered = (sieve?.offsetHeight ?? 0) + (list.querySelector(".suite-head")?.offsetHeight ?? 0);
  const top = (inside ? pane.getBoundingClientRect().top : 52) + covered;
  const bottom = inside ? pane.getBoundingClientRect().bottom : innerHeight - (document.querySelector(".bar")?.offsetHeight ?? 0);
  if (place.top >= top && place.bottom <= bottom) return;
  entry.scrollIntoView({ block: "center", behavior: "instant" });
}

async function move(step) {
  if (!list) return;
  if (!current?.isConnected) {
    stand(entries()[0]);
    return;
  }
  const from = current;
  if (!beside(from, step)) await grow(list.querySelector(step > 0 ? "[data-more]" : "[data-earlier]"));
  if (current === from) stand(beside(from, step));
}

// After a decision: the next that is open, further down or else from the top.
async function moveOn() {
  const from = current;
  for (;;) {
    const all = entries();
    const next = all.slice(all.indexOf(from) + 1).find(isOpen);
    if (next) return stand(next);
    const more = list.querySelector("[data-more]");
    if (!more || !await grow(more)) break;
    if (current !== from) return undefined;
  }
  while (!entries().some(isOpen) && await grow(list.querySelector("[data-earlier]")));
  const left = entries().find(isOpen);
  if (left) return stand(left);
  return tell("Nothing here awaits a decision any more.");
}

// On a phone list and stage come one at a time, and the browser's own way back leads to the list.
let pushed = false;
function back() {
  if (pushed) return void history.back();
  view("list");
  if (run) history.replaceState(null, "", `${base}${location.search}`);
}

addEventListener("popstate", () => {
  if (!run) return;
  pushed = false;
  const there = entries().find((entry) => new URL(entry.querySelector("a").href).pathname === location.pathname);
  if (there) stand(there);
  view(there && narrow.matches ? "stage" : "list");
});

function view(which) {
  if (room.dataset.view === which) return;
  room.dataset.view = which;
  if (!narrow.matches) return;
  if (which === "list" && current) {
    current.querySelector("a").focus({ preventScroll: true });
    current.scrollIntoView({ block: "center", behavior: "instant" });
  } else if (which === "stage") {
    scrollTo({ top: 0, behavior: "instant" });
    document.querySelector("[data-back]")?.focus({ preventScroll: true });
  }
}

// ---- groups of the same change

function alike(one, two) {
  return Boolean(one.dataset.alike) && one.dataset.alike === two.dataset.alike && one.dataset.suite === two.dataset.suite;
}

function mark() {
  if (!current || !room.hasAttribute("data-decidable")) return;
  if (marked) return unmark();
  if (!current.dataset.alike) return say("It stands alone: no other golden of its suite changed in the same way.");
  marked = current;
  settle();
  const banner = document.querySelector("[data-marked]");
  const head = headOf(current);
  banner.textContent = `${head ? `${head} goldens` : "All"} of the same change are marked. Y approves and N rejects those still open, Esc leaves them.`;
  banner.hidden = false;
  return undefined;
}

function headOf(entry) {
  const head = list.querySelector(`[data-head="${CSS.escape(`${entry.dataset.suite} ${entry.dataset.alike}`)}"]`);
  return head?.querySelector("h3 span")?.textContent ?? "";
}

function unmark() {
  marked = null;
  settle();
  document.querySelector("[data-marked]").hidden = true;
}

// ---- posting: one after the other, so that what was said last is kept last

function post(path, fields) {
  const send = async () => {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Accept": "application/json", "Content-Type": "application/json", "X-CSRF-Token": room.dataset.csrf },
      body: JSON.stringify({ ...fields, since: room.dataset.last }),
    }).catch(() => { throw new Error("Golddigger cannot be reached just now. Nothing was changed; try again."); });
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) throw Object.assign(new Error(said.why ?? "That did not work. Reload the page and try again."), { status: answer.status });
    etag = answer.headers.get("ETag");
    return said;
  };
  const sent = queue.then(send);
  queue = sent.catch(() => {});
  return sent;
}

function begin(ids) {
  for (const id of ids) waiting.set(id, (waiting.get(id) ?? 0) + 1);
}

function end(ids) {
  for (const id of ids) {
    waiting.set(id, waiting.get(id) - 1);
    if (!waiting.get(id)) waiting.delete(id);
  }
  if (!waiting.size && missed) look();
}

// Show at once what is asked for, and take it back where it is refused.
async function decide(ids, opinion, path, fields) {
  const before = ids.map((id) => [id, entryOf(id)?.dataset.opinion ?? "", entryOf(id)?.dataset.who ?? ""]);
  for (const id of ids) show(id, opinion === "withdrawn" ? "" : opinion, "");
  begin(ids);
  let standing = null;
  try {
    standing = await post(path, { ...fields, opinion });
  } catch (error) {
    for (const [id, was, who] of before) show(id, was, who);
    refused(error);
  }
  if (standing) apply(standing, ids);
  end(ids);
}

function refused(error) {
  say(error.message);
  look(); // the page puts itself right
}

function decideOne(opinion, { onward = true } = {}) {
  const stage = current && staged(current.dataset.entry);
  const form = stage?.querySelector(".decide");
  if (!current) return;
  if (!stage) return void say("Wait a moment: it is not shown yet.");
  if (!form) return void say(stage.querySelector(".aside")?.textContent.trim() || "Sign in to decide.");
  decide([current.dataset.entry], opinion, form.getAttribute("action"), Object.fromEntries(new FormData(form)));
  if (onward && opinion !== "withdrawn") moveOn();
}

function decideGroup(opinion) {
  const { suite, alike: form } = marked.dataset;
  const ids = entries().filter((entry) => alike(entry, marked) && isOpen(entry)).map((entry) => entry.dataset.entry);
  unmark();
  decide(ids, opinion, `${base}/decisions`, { all: "1", suite, alike: form });
  moveOn();
}

function opine(opinion) {
  if (marked) decideGroup(opinion);
  else decideOne(opinion);
}

async function act(form, button) {
  const fields = Object.fromEntries(new FormData(form));
  if (button?.name) fields[button.name] = button.value;
  button?.setAttribute("disabled", "");
  try {
    const standing = await post(form.getAttribute("action"), fields);
    apply(standing);
    if (form.dataset.act === "undo") undone(standing);
  } catch (error) {
    refused(error);
  }
  button?.removeAttribute("disabled");
}

function undone(standing) {
  const back = Object.entries(standing.opinions).filter(([, [opinion]]) => !opinion).map(([id]) => entryOf(id)).filter(Boolean);
  tell("Taken back.");
  if (back.length && !back.includes(current)) stand(back[0]);
}

function undo() {
  const form = document.querySelector('[data-act="undo"]');
  if (form) act(form, form.querySelector("button"));
  else say("There is nothing to take back.");
}

// ---- committing: asked once

function askToCommit() {
  const form = document.querySelector('[data-act="commit"]');
  const dialog = document.querySelector('[data-dialog="commit"]');
  if (!form || !dialog) return;
  const { count, open, branch, repo } = form.dataset;
  if (!Number(count)) return void say(Number(open) ? "Nothing is approved yet that is not committed." : "There is nothing to commit.");
  const goldens = Number(count) === 1 ? "golden" : "goldens";
  dialog.querySelector("[data-asked]").textContent = `Commit ${Number(count).toLocaleString("en")} approved ${goldens}?`;
  dialog.querySelector("[data-about]").textContent = `One commit goes to the branch ${branch} of ${repo}.${Number(open) ? ` ${Number(open).toLocaleString("en")} still open stay as they are.` : ""}`;
  dialog.showModal();
  dialog.querySelector("[data-sure]").focus();
}

document.querySelector("[data-sure]")?.addEventListener("click", () => {
  document.querySelector('[data-dialog="commit"]').close();
  const form = document.querySelector('[data-act="commit"]');
  if (form) act(form, form.querySelector("button"));
});

// ---- what is said

let hide = 0;
function say(words) {
  if (!toast) return;
  toast.textContent = words;
  toast.hidden = false;
  clearTimeout(hide);
  hide = setTimeout(() => { toast.hidden = true; }, 7000);
}

function tell(words) {
  const status = document.querySelector("[data-status]");
  if (status) status.textContent = words;
}

// ---- keys: this page's own come first, then those of the viewer on the stage

const KEYS = {
  "j": () => move(1),
  "arrowdown": () => move(1),
  "k": () => move(-1),
  "arrowup": () => move(-1),
  "y": () => opine("approved"),
  "a": () => opine("approved"),
  "n": () => opine("rejected"),
  "x": () => opine("rejected"),
  "r": () => opine("rejected"),
  "u": undo,
  "g": mark,
  "enter": askToCommit,
  "/": () => sieve && (view("list"), sieve.elements.q.focus(), sieve.elements.q.select()),
  "?": help,
  "escape": () => marked ? unmark() : narrow.matches && room.dataset.view === "stage" && back(),
};
const DECIDING = new Set(["y", "a", "n", "x", "r", "u", "g", "enter"]);
const OURS = [
  ["↓ or J, ↑ or K", "Next and previous golden"],
  ["Y or A", "Approve, and go on to the next that is open"],
  ["N, X or R", "Reject, and go on"],
  ["U", "Undo: take back the last thing you said"],
  ["G", "Mark the whole group of the same change: the next Y or N is about all of it"],
  ["Enter", "Commit what is approved; it asks once"],
  ["/", "Search names"],
  ["Esc", "Leave: a mark, a dialog, the search"],
  ["?", "These keys"],
];

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const key = event.key.toLowerCase();
  if (event.target.closest("input, textarea, select")) {
    if (key === "escape" && sieve?.contains(event.target)) (current?.querySelector("a") ?? list.querySelector("a"))?.focus();
    return;
  }
  if (key === "enter" && event.target.closest("button, summary, a:not([aria-current])")) return;
  if (key.startsWith("arrow") && !event.shiftKey && event.target.closest('[role="region"], [role="toolbar"], [role="slider"]')) return;
  const ours = !(event.shiftKey && key.startsWith("arrow")) && KEYS[key];
  if (ours && (run || !DECIDING.has(key))) {
    event.preventDefault();
    if (!event.repeat || !DECIDING.has(key)) ours();
    return;
  }
  const viewer = staged()?.querySelector("golden-viewer");
  if (viewer?.press?.(event.key)) event.preventDefault();
});

function help() {
  const dialog = document.querySelector('[data-dialog="help"]');
  if (!dialog) return;
  const viewer = customElements.get("golden-viewer")?.keys ?? {};
  const own = run ? OURS : OURS.filter(([keys]) => /^↓|^\?/.test(keys));
  dialog.querySelector("[data-keys]").replaceChildren(table("Deciding", own), table("Looking", Object.entries(viewer)));
  dialog.showModal();
}

function table(title, keys) {
  const section = document.createElement("section");
  const heading = document.createElement("h3");
  const terms = document.createElement("dl");
  heading.textContent = title;
  for (const [key, what] of keys) {
    const term = document.createElement("dt");
    const about = document.createElement("dd");
    const parts = key.split(/( or |, )/);
    term.append(...parts.map((part, at) => at % 2 ? part : Object.assign(document.createElement("kbd"), { textContent: part })));
    about.textContent = what;
    terms.append(term, about);
  }
  section.append(heading, terms);
  return section;
}

// ---- mouse and touch

document.addEventListener("click", (event) => {
  const target = event.target;
  const copied = target.closest("[data-copy]");
  if (copied) navigator.clipboard.writeText(copied.dataset.copy).then(() => say("Copied."), () => say("Copying is not allowed here."));
  const closed = target.closest("[data-close]");
  if (closed) closed.closest("dialog").close();
  if (target.matches?.("dialog[open]")) target.close(); // its backdrop
  if (target.closest("[data-help]")) help();
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const piece = target.closest("[data-more], [data-earlier]");
  const row = target.closest("[data-entry] a");
  const wayBack = target.closest("[data-back]");
  const all = target.closest("[data-all]");
  if (!piece && !row && !wayBack && !all) {
    const step = target.closest("[data-step]");
    if (step) move(Number(step.dataset.step));
    return;
  }
  event.preventDefault();
  if (row) {
    if (run && narrow.matches && room.dataset.view === "list") {
      history.pushState(null, "", row.getAttribute("href"));
      pushed = true;
    }
    stand(row.closest("[data-entry]"), { open: true });
  }
  else if (piece) grow(piece);
  else if (wayBack) back();
  else {
    sieve.reset();
    for (const field of sieve.elements) if (field.name) field.value = "";
    sift();
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.act) return;
  event.preventDefault();
  const opinion = event.submitter?.value;
  if (form.dataset.act === "one") decideOne(opinion);
  else if (form.dataset.act === "commit") askToCommit();
  else if (form.elements.suite) decideTogether(form, opinion);
  else act(form, event.submitter);
});

function decideTogether(form, opinion) {
  const { suite, alike: print } = Object.fromEntries(new FormData(form));
  const head = form.closest("[data-head]");
  const ids = [];
  for (let next = head.nextElementSibling; next && next.matches(print ? ".entry.alike" : ":not(.suite-head)"); next = next.nextElementSibling) {
    if (next.matches("[data-entry]") && isOpen(next) && (!print || next.dataset.alike === print)) ids.push(next.dataset.entry);
  }
  decide(ids, opinion, form.getAttribute("action"), { all: "1", suite, alike: print });
}

function offerCopying(place) {
  for (const button of place.querySelectorAll("[data-copy]")) button.hidden = !navigator.clipboard;
  for (const button of place.querySelectorAll("[data-help]")) button.hidden = false;
}

// Small pictures are made on demand, a few at a time: one that had to wait is asked for again.
document.addEventListener("error", (event) => {
  const image = event.target;
  if (!image.matches?.(".thumb img") || Number(image.dataset.tries ?? 0) >= 4) return;
  const tries = Number(image.dataset.tries ?? 0) + 1;
  image.dataset.tries = String(tries);
  setTimeout(() => { image.src = image.src; }, 1500 * tries);
}, { capture: true });

// ---- keeping up with the run and with the others

function apply(standing, mine = []) {
  const busy = ["queued", "comparing"].includes(room.dataset.state);
  pulse = standing.pulse;
  if (busy && !["queued", "comparing"].includes(standing.state)) {
    location.reload();
    return;
  }
  room.dataset.state = standing.state;
  room.dataset.last = standing.last;
  const others = new Map();
  for (const [id, [opinion, who]] of Object.entries(standing.opinions)) {
    if ((waiting.get(id) ?? 0) > (mine.includes(id) ? 1 : 0)) continue; // a later word is under way
    const entry = entryOf(id);
    const words = opinion && `${who} ${opinion}`;
    if (entry && entry.dataset.opinion !== opinion && words) others.set(words, (others.get(words) ?? 0) + 1);
    show(id, opinion, who);
  }
  const before = news();
  replace("summary", standing.summary);
  replace("bar", standing.bar);
  const heard = [...[...others].map(([words, many]) => `${words} ${many === 1 ? "one golden" : `${many} goldens`}.`), ...news().filter((each) => !before.includes(each))];
  if (heard.length) tell(heard.join(" "));
  if (document.querySelector("[data-waits]")) setTimeout(look, WAIT); // the forge may answer again
  if (standing.decidable !== room.hasAttribute("data-decidable")) refresh(standing.decidable);
}

function news() {
  return [...document.querySelectorAll(".act, .notice.warn")].map((each) => each.textContent.replace(/\s+/g, " ").trim());
}

// What could be decided cannot be any more, or the other way round: the forms go, or come.
async function refresh(decidable) {
  room.toggleAttribute("data-decidable", decidable);
  for (const form of document.querySelectorAll(".together")) form.hidden = !decidable;
  kept.clear();
  const there = staged();
  if (!there) return;
  const fresh = await loadStage(there.dataset.stage).catch(() => null);
  if (fresh && staged(there.dataset.stage)) there.querySelector(".deciding")?.replaceWith(fresh.querySelector(".deciding") ?? "");
  keep(there.dataset.stage, there);
}

function replace(part, html) {
  const place = document.querySelector(`[data-part="${part}"]`);
  if (!place || parts.get(part) === html) return;
  parts.set(part, html);
  const template = document.createElement("template");
  template.innerHTML = html;
  offerCopying(template.content);
  const held = place.contains(document.activeElement) ? document.activeElement.closest("form")?.dataset.act ?? "other" : "";
  place.replaceChildren(template.content);
  if (held) (place.querySelector(`[data-act="${held}"] button:not(:disabled)`) ?? place.querySelector("button:not(:disabled), a") ?? current?.querySelector("a"))?.focus({ preventScroll: true });
}

async function look() {
  try {
    const answer = await fetch(`${base}/state?since=${room.dataset.last}`, { headers: { "Accept": "application/json", ...(etag && { "If-None-Match": etag }) }, cache: "no-store" });
    if (answer.status !== 200) return;
    const standing = await answer.json();
    missed = waiting.size > 0; // what is under way brings its own answer, and maybe an older one
    if (missed) return;
    etag = answer.headers.get("ETag");
    apply(standing);
  } catch {
    // The server is away for a moment; the next look may find it.
  }
}

// The server tells when something changed; where it cannot, one asks again and again.
let events = null;
let asking = 0;
let failed = 0;

function listen() {
  if (events || document.hidden) return;
  events = new EventSource(`${base}/events`);
  events.addEventListener("pulse", (event) => {
    failed = 0;
    stopAsking();
    if (event.data !== pulse) look();
  });
  events.addEventListener("error", () => {
    if (events.readyState !== EventSource.CLOSED && ++failed < 3) return; // the browser connects again by itself
    hush();
    ask();
  });
}

function hush() {
  events?.close();
  events = null;
}

function ask() {
  stopAsking();
  const busy = ["queued", "comparing"].includes(room.dataset.state) || document.querySelector(".act.requested, .act.committing");
  asking = setTimeout(async () => {
    if (!document.hidden) await look();
    ask();
    if (++failed % 12 === 0) listen();
  }, busy ? 1500 : 5000);
}

function stopAsking() {
  clearTimeout(asking);
  asking = 0;
}

document.addEventListener("visibilitychange", () => {
  if (!run) return;
  if (document.hidden) return void hush();
  look();
  if (!asking) listen();
});
addEventListener("pagehide", hush);
addEventListener("pageshow", (event) => event.persisted && run && listen());

// ---- beginning

offerCopying(document);
for (const hidden of document.querySelectorAll("[data-steps]")) hidden.hidden = false;
sieve?.querySelector("button").setAttribute("hidden", "");
if (staged()) keep(staged().dataset.stage, staged());
if (!run && list) {
  const named = entryOf(location.hash.replace(/^#c-/, ""));
  if (named ?? entries()[0]) stand(named ?? entries()[0], { focus: false });
} else if (/^#c-\d+$/.test(location.hash) && run) { // as pages were linked once
  const named = entryOf(location.hash.slice(3));
  if (named) stand(named, { open: true });
  else location.replace(`${base}/comparisons/${location.hash.slice(3)}`);
} else if (current) {
  showOn(staged(), current.dataset.opinion, current.dataset.who);
  if (!narrow.matches) reveal(current);
  fetchAhead(current);
}
watchEnds();
if (run) {
  document.addEventListener("scroll", watchSights, { capture: true, passive: true });
  addEventListener("resize", watchSights);
  listen();
}
})();
