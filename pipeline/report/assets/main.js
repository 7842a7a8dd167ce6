// Which of the two screens is shown, and what is drawn anew when something was decided.

function redraw() {
  const [top, focused] = [window.scrollY, document.activeElement?.id];
  showItem(view.item);
  window.scrollTo(0, top);
  if (focused) byId(focused)?.focus({ preventScroll: true });
}

// Now and not when the browser says that the address changed: the next key may come before that.
function go(path) {
  location.hash = path;
  route();
}

function followed(event) {
  const link = event.target.closest?.('a[href^="#"]');
  if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  go(link.getAttribute('href'));
}

function route() {
  if (view.path === location.hash) return;
  view.path = location.hash;
  const item = ITEMS.find((entry) => pathOf(entry) === location.hash) ?? null;
  const before = view.item;
  if (before === null && item !== null) gallery.top = window.scrollY;
  drawing.name = null;
  view.item = item;
  byId('home').hidden = item !== null;
  byId('item').hidden = item === null;
  byId('where').textContent = item === null ? '' : plain(item.task || item.stage);
  document.title = `${item === null ? DATA.heading.title : titleOf(item)} · samples`;
  if (item !== null) {
    showItem(item);
    window.scrollTo(0, 0);
  } else {
    byId('item').replaceChildren();
    showGallery();
    window.scrollTo(0, gallery.top);
    if (before !== null)
      byId('cards')
        .querySelector(`[data-id="${CSS.escape(before.id)}"]`)
        ?.focus({ preventScroll: true });
  }
}

restore();
review.listeners.push(showSaving, () => (view.item === null ? showGallery() : redraw()));
byId('filters').addEventListener('input', showGallery);
byId('filters').addEventListener('reset', () => setTimeout(showGallery));
byId('filters').addEventListener('submit', (event) => event.preventDefault());
byId('help').addEventListener('click', help);
document.addEventListener('keydown', onKey);
document.addEventListener('click', followed);
window.addEventListener('hashchange', route);
window.addEventListener('beforeunload', leaving);
showSaving();
pickable();
route();
