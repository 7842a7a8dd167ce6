// One hand on the keyboard is enough.

function typing(event) {
  return (
    event.ctrlKey ||
    event.metaKey ||
    event.altKey ||
    byId('dialog').open ||
    event.target.closest?.('input, textarea, select')
  );
}

function step(by) {
  if (view.item === null) return stepCards(by);
  const to = gallery.found[gallery.found.indexOf(view.item) + by];
  if (to) go(pathOf(to));
}

function stepCards(by) {
  const cards = [...byId('cards').querySelectorAll('.card')];
  const at = cards.indexOf(document.activeElement);
  const to = cards[at < 0 ? 0 : at + by];
  to?.focus();
  to?.scrollIntoView({ block: 'nearest' });
}

function back() {
  if (drawing.name !== null) toggleDrawing(view.item);
  else if (view.item !== null) go('');
}

const ANYWHERE = {
  ArrowRight: () => step(1),
  n: () => step(1),
  ArrowLeft: () => step(-1),
  p: () => step(-1),
  Escape: back,
  s: openSaving,
  '?': help,
  '/': () => {
    if (view.item !== null) go('');
    byId('filter-words').focus();
  },
};
const ON_QUESTIONS = { k: keep, r: reject, e: correct, u: undo, b: toggleDrawing };

function onKey(event) {
  if (typing(event)) return;
  const item = view.item;
  const does = ANYWHERE[event.key];
  const judges = item !== null && item.kind === 'question' && ON_QUESTIONS[event.key];
  if (judges === toggleDrawing && byId('do-box').disabled) return;
  if (!does && !judges) return;
  event.preventDefault();
  if (does) does();
  else judges(item);
}
