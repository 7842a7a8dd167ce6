// Which of the two screens is shown, and what is drawn anew when something was decided.

function redraw() {
  const [top, focused] = [window.scrollY, document.activeElement?.id];
  showItem(view.item);
  window.scrollTo(0, top);
  if (focused) byId(focused)?.focus({ preventScroll: true });
}

function route() {
  const id = location.hash.startsWith('#/') ? decodeURIComponent(location.hash.slice(2)) : null;
  const item = id === null ? null : BY_ID.get(id) ?? null;
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
    if (before !== null) byId('cards').querySelector(`[data-id="${CSS.escape(before.id)}"]`)?.focus({ preventScroll: true });
  }
}

restore();
review.listeners.push(showSaving, () => (view.item === null ? showGallery() : redraw()));
byId('filters').addEventListener('input', showGallery);
byId('filters').addEventListener('reset', () => setTimeout(showGallery));
byId('filters').addEventListener('submit', (event) => event.preventDefault());
byId('help').addEventListener('click', help);
document.addEventListener('keydown', onKey);
window.addEventListener('hashchange', route);
window.addEventListener('beforeunload', leaving);
showSaving();
showGallery();
pickable();
route();
