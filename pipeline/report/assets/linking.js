// What belongs together lights up together: a claim, its frames, its key items and their boxes.
// An element's `data-token` says what it stands for: `c:0` a claim, `f:1` a frame, `i:dog_1` an item.

const OBJ = /<obj>(.*?)<\/obj>/g;

function namesIn(text) {
  return [...text.matchAll(OBJ)].map((match) => match[1]);
}

function linksOf(item) {
  const links = new Map();
  const join = (a, b) => {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ]) {
      if (!links.has(from)) links.set(from, new Set());
      links.get(from).add(to);
    }
  };
  item.claims.forEach((claim, c) => {
    for (const f of claim.frames) join(`c:${c}`, `f:${f}`);
    for (const name of namesIn(claim.text)) join(`c:${c}`, `i:${name}`);
  });
  for (const box of boxesOf(item)) join(`i:${box.item}`, `f:${box.frame}`);
  return links;
}

function linked(root, item) {
  const links = linksOf(item);
  let lit = null;
  const light = (token) => {
    if (token === lit) return;
    lit = token;
    const all = new Set([token, ...(links.get(token) || [])]);
    root.classList.toggle('linking', token !== null);
    for (const node of root.querySelectorAll('[data-token]')) {
      node.classList.toggle('lit', token !== null && all.has(node.dataset.token));
    }
  };
  const tokenAt = (target) => target.closest?.('[data-token]')?.dataset.token ?? null;
  const focused = () => (root.contains(document.activeElement) ? tokenAt(document.activeElement) : null);
  root.addEventListener('pointerover', (event) => light(tokenAt(event.target) ?? focused()));
  root.addEventListener('pointerleave', () => light(focused()));
  root.addEventListener('focusin', (event) => light(tokenAt(event.target)));
  root.addEventListener('focusout', () => light(null));
}
