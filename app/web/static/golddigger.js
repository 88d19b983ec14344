// The page works without this. With it, decisions show at once, keys move, and what others decide comes in.

const room = document.querySelector("[data-run]");
const base = `/runs/${room.dataset.run}`;
const cards = [...document.querySelectorAll("[data-card]")];
const entries = new Map([...document.querySelectorAll("[data-entry]")].map((entry) => [entry.dataset.entry, entry]));
const toast = document.querySelector("[data-toast]");
const waiting = new Map(); // card id -> how many posts about it are under way
const parts = new Map(); // name -> the HTML that stands in it
let queue = Promise.resolve();
let etag = "";
let current = null;

// ---- showing

function show(card, opinion, who) {
  card.dataset.opinion = opinion;
  card.dataset.who = who;
  card.querySelector(".yes")?.setAttribute("aria-pressed", String(opinion === "approved"));
  card.querySelector(".no")?.setAttribute("aria-pressed", String(opinion === "rejected"));
  const said = card.querySelector("[data-said]");
  const word = document.createElement("span");
  const name = document.createElement("bdi");
  word.className = "opinion";
  word.textContent = opinion;
  name.textContent = who;
  said.replaceChildren(...(opinion ? [word, who ? " by " : " …", name] : [word]));
  const entry = entries.get(card.dataset.card);
  if (entry) entry.dataset.opinion = opinion;
}

function apply(standing) {
  if (standing.state !== room.dataset.state) {
    location.reload();
    return;
  }
  for (const card of cards) {
    const [opinion, who] = standing.opinions[card.dataset.card] ?? ["", ""];
    const known = card.dataset.opinion === opinion && card.dataset.who === who;
    if (!known && !waiting.has(card.dataset.card)) show(card, opinion, who);
  }
  replace("summary", standing.summary);
  replace("bar", standing.bar);
}

function replace(part, html) {
  const place = document.querySelector(`[data-part="${part}"]`);
  if (parts.get(part) === html) return;
  parts.set(part, html);
  const template = document.createElement("template");
  template.innerHTML = html;
  const focused = place.contains(document.activeElement) && document.activeElement.closest("form")?.dataset.act;
  place.replaceChildren(template.content);
  offerCopying(place);
  if (focused) place.querySelector(`[data-act="${focused}"] button:not(:disabled)`)?.focus();
}

let hide = 0;
function say(words) {
  toast.textContent = words;
  toast.hidden = false;
  clearTimeout(hide);
  hide = setTimeout(() => { toast.hidden = true; }, 6000);
}

// ---- posting: one after the other, so that what was said last is kept last

function post(path, fields) {
  const send = async () => {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Accept": "application/json", "Content-Type": "application/json", "X-CSRF-Token": room.dataset.csrf },
      body: JSON.stringify(fields),
    });
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.why);
    etag = answer.headers.get("ETag");
    return said;
  };
  const sent = queue.then(send);
  queue = sent.catch(() => {});
  return sent;
}

async function decide(card, opinion) {
  if (!("decidable" in card.dataset) || !card.querySelector(".decide")) return;
  const id = card.dataset.card;
  const before = [card.dataset.opinion, card.dataset.who];
  const fields = Object.fromEntries(new FormData(card.querySelector(".decide")));
  show(card, opinion === "withdrawn" ? "" : opinion, "");
  waiting.set(id, (waiting.get(id) ?? 0) + 1);
  let standing = null;
  try {
    standing = await post(`${base}/decisions`, { ...fields, opinion });
  } catch (error) {
    show(card, ...before);
    say(error.message);
  }
  waiting.set(id, waiting.get(id) - 1);
  if (!waiting.get(id)) waiting.delete(id);
  if (standing) apply(standing);
}

async function act(form, button) {
  const fields = Object.fromEntries(new FormData(form));
  if (button?.name) fields[button.name] = button.value;
  button?.setAttribute("disabled", "");
  try {
    apply(await post(form.getAttribute("action"), fields));
    if (form.dataset.act === "all" && form.closest(".suite-head")) form.remove();
  } catch (error) {
    button?.removeAttribute("disabled");
    say(error.message);
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.act) return;
  event.preventDefault();
  if (form.dataset.act === "one") decide(form.closest("[data-card]"), event.submitter.value);
  else act(form, event.submitter);
});

// ---- moving

function stand(card, { scroll = true } = {}) {
  if (current === card) return;
  current?.classList.remove("current");
  if (current) entries.get(current.dataset.card)?.removeAttribute("aria-current");
  current = card;
  card.classList.add("current");
  const entry = entries.get(card.dataset.card);
  entry?.setAttribute("aria-current", "true");
  if (entry?.offsetParent) {
    const list = entry.closest(".list");
    const top = entry.offsetTop - list.offsetTop;
    if (top < list.scrollTop + 40 || top > list.scrollTop + list.clientHeight - 60) list.scrollTop = top - list.clientHeight / 3;
  }
  if (scroll) {
    card.focus({ preventScroll: true });
    card.scrollIntoView({ block: "start", behavior: "instant" });
  }
}

function move(step) {
  const here = cards.indexOf(current);
  const next = cards[Math.min(Math.max(here + step, 0), cards.length - 1)];
  if (next) stand(next);
}

function decideAndMove(opinion) {
  if (!current) return move(1);
  decide(current, opinion);
  const after = cards.slice(cards.indexOf(current) + 1).find((card) => "decidable" in card.dataset && !card.dataset.opinion);
  if (after) stand(after);
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  a: () => decideAndMove("approved"),
  y: () => decideAndMove("approved"),
  r: () => decideAndMove("rejected"),
  x: () => decideAndMove("rejected"),
  n: () => decideAndMove("rejected"),
  u: () => {
    const form = document.querySelector('[data-act="undo"]');
    if (form) act(form, form.querySelector("button"));
  },
};

document.addEventListener("keydown", (event) => {
  const elsewhere = event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select");
  const key = KEYS[event.key.toLowerCase()];
  if (elsewhere || !key || event.repeat && "ayrxnu".includes(event.key.toLowerCase())) return;
  event.preventDefault();
  key();
});

document.addEventListener("focusin", (event) => {
  const card = event.target.closest("[data-card]");
  if (card) stand(card, { scroll: false });
});
document.addEventListener("click", (event) => {
  const copied = event.target.closest("[data-copy]");
  if (copied) navigator.clipboard.writeText(copied.dataset.copy).then(() => say("Copied."), () => say("Copying is not allowed here."));
  const entry = event.target.closest("[data-entry]");
  const card = entry && cards.find((each) => each.dataset.card === entry.dataset.entry);
  if (card) stand(card, { scroll: false });
});

// Long pictures are looked at side by side: their frames scroll together. One that follows does not lead back,
// or the shortest would hold up the others.
const followed = new WeakMap();
document.addEventListener("scroll", (event) => {
  const frame = event.target;
  if (!frame.classList?.contains("frame") || followed.get(frame) === frame.scrollTop) return;
  followed.delete(frame);
  for (const other of frame.closest(".panes").querySelectorAll(".frame")) {
    if (other === frame) continue;
    other.scrollTop = frame.scrollTop;
    followed.set(other, other.scrollTop);
  }
}, { capture: true, passive: true });

// … and begin where they differ most: each by itself as it arrives, leading nobody.
function begin(picture) {
  const from = picture.closest("[data-from]")?.dataset.from;
  const frame = from && picture.closest(".frame");
  if (!frame) return;
  frame.scrollTop = from * picture.clientHeight - frame.clientHeight / 4;
  followed.set(frame, frame.scrollTop);
}
document.addEventListener("load", (event) => event.target.matches?.("img") && begin(event.target), { capture: true });
for (const picture of document.querySelectorAll("[data-from] img")) if (picture.complete) begin(picture);

function offerCopying(place) {
  for (const button of place.querySelectorAll("[data-copy]")) button.hidden = !navigator.clipboard;
}

// ---- keeping up with the run and with the others

async function look() {
  try {
    const answer = await fetch(`${base}/state`, { headers: { "Accept": "application/json", ...(etag && { "If-None-Match": etag }) }, cache: "no-store" });
    if (answer.status === 200 && !waiting.size) {
      etag = answer.headers.get("ETag");
      apply(await answer.json());
    }
  } catch {
    // The server is away for a moment; the next look may find it.
  }
}

function keepLooking() {
  const busy = ["queued", "comparing"].includes(room.dataset.state) || document.querySelector(".act.requested, .act.committing");
  setTimeout(async () => {
    if (!document.hidden) await look();
    keepLooking();
  }, busy ? 1500 : 5000);
}

for (const card of cards) card.dataset.who = card.querySelector("[data-said] bdi")?.textContent ?? "";
offerCopying(document);
const asked = cards.find((card) => `#${card.id}` === location.hash);
if (asked) stand(asked);
if (room.dataset.run) keepLooking(); // a file that shows what was found has nothing to keep up with
