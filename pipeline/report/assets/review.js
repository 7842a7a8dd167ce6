// A person's decisions: what the workspace's files said when the page was made, and on top of it
// what was decided here, kept in the browser where it allows that.

const KEY = `demitasse-report-${DATA.heading.key}`;
const BASE = {
  verdicts: new Map(DATA.overrides.map((o) => [o.id, o])),
  boxes: new Map(DATA.boxes.map((b) => [b.id, b])),
};
// An entry that is null takes back what a file said.
const MINE = { verdicts: new Map(), boxes: new Map() };
const review = { kept: true, listeners: [] };

function same(a, b) {
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
}

function restore() {
  try {
    const stored = JSON.parse(localStorage.getItem(KEY) || '{}');
    for (const kind of ['verdicts', 'boxes']) {
      for (const [id, value] of Object.entries(stored[kind] || {})) decide(kind, id, value);
    }
  } catch {
    review.kept = false;
  }
}

function store() {
  const plainly = (map) => Object.fromEntries(map);
  try {
    const text = JSON.stringify({ verdicts: plainly(MINE.verdicts), boxes: plainly(MINE.boxes) });
    localStorage.setItem(KEY, text);
    review.kept = true;
  } catch {
    review.kept = false;
  }
}

function decide(kind, id, value) {
  if (same(BASE[kind].get(id), value)) MINE[kind].delete(id);
  else MINE[kind].set(id, value);
}

function change(kind, id, value) {
  decide(kind, id, value);
  store();
  for (const listener of review.listeners) listener(id);
}

function current(kind, id) {
  return (MINE[kind].has(id) ? MINE[kind].get(id) : BASE[kind].get(id)) ?? null;
}

// All that a saved file holds, sorted by id.
function standing(kind) {
  const ids = [...new Set([...BASE[kind].keys(), ...MINE[kind].keys()])].sort();
  return ids.map((id) => current(kind, id)).filter((value) => value !== null);
}

function verdictOf(item) {
  return current('verdicts', item.id);
}

function boxOf(item, name) {
  return current('boxes', `${item.id}#${name}`);
}

function setVerdict(item, action, reason, answer) {
  change('verdicts', item.id, { id: item.id, action, reason: reason || null, answer: answer || null });
}

function setBox(item, name, frame, bbox) {
  const id = `${item.id}#${name}`;
  change('boxes', id, { id, question: item.id, item: name, frame, bbox });
}

// Take back everything that was decided here about an entry.
function undo(item) {
  for (const id of [...MINE.boxes.keys()]) {
    if (id.startsWith(`${item.id}#`)) change('boxes', id, BASE.boxes.get(id) ?? null);
  }
  change('verdicts', item.id, BASE.verdicts.get(item.id) ?? null);
}
