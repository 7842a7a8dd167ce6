// The gallery: cards of the entries that the filters let pass.

const gallery = { found: ITEMS, top: 0 };

const FILTERS = {
  outcome: (item) => outcomeOf(item),
  task: (item) => item.task,
  reason: (item) => item.reason,
  verdict: (item) => {
    const verdict = verdictOf(item);
    if (verdict) return verdict.action === 'reject' ? 'reject' : verdict.answer ? 'corrected answer' : 'keep';
    return item.items.some((entry) => boxOf(item, entry.name) !== null) ? 'corrected box' : 'none yet';
  },
};

function pathOf(item) {
  return `#/${encodeURIComponent(item.id)}`;
}

// What can be chosen, with how many there are on the page.
function offer() {
  for (const [name, valueOf] of Object.entries(FILTERS)) {
    const select = byId(`filter-${name}`);
    const before = select.value;
    const counts = new Map();
    for (const item of ITEMS) {
      const value = valueOf(item);
      if (value) counts.set(value, (counts.get(value) || 0) + 1);
    }
    const options = [...counts].sort().map(([value, n]) => el('option', { value }, `${plain(value)} (${n})`));
    refill(select, el('option', { value: '' }, 'any'), options);
    select.value = counts.has(before) ? before : '';
  }
}

function wanted() {
  const words = byId('filter-words').value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const chosen = Object.entries(FILTERS).map(([name, valueOf]) => [byId(`filter-${name}`).value, valueOf]);
  return (item) => {
    if (chosen.some(([value, valueOf]) => value && valueOf(item) !== value)) return false;
    const text =
      `${item.id} ${item.question} ${item.answer} ${item.evidence} ${item.message} ${item.source}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
}

function card(item) {
  const place = Math.max(
    0,
    item.frames.findIndex((_, i) => item.boxes.some((box) => box.frame === i)),
  );
  return el(
    'a',
    { class: 'card', href: pathOf(item), 'data-id': item.id },
    item.frames.length
      ? picture(item, place, false)
      : el(
          'div',
          { class: 'picture bare' },
          el('span', null, item.kind === 'unit' ? item.stage : 'no frames here'),
        ),
    el(
      'div',
      { class: 'card-words' },
      chips(item),
      el('h3', null, titleOf(item)),
      el('p', null, item.kind === 'unit' ? item.id.slice(item.stage.length + 1) : item.answer),
    ),
  );
}

function showGallery() {
  offer();
  gallery.found = ITEMS.filter(wanted());
  refill(byId('cards'), gallery.found.map(card));
  const n = gallery.found.length;
  byId('count').textContent =
    n === ITEMS.length
      ? `${count(n, 'entry', 'entries')}`
      : `${n} of ${count(ITEMS.length, 'entry', 'entries')}`;
  if (!n)
    refill(
      byId('cards'),
      el(
        'p',
        { class: 'nothing' },
        ITEMS.length ? 'Nothing passes these filters.' : 'There is nothing to show yet.',
      ),
    );
}

// A line of a chart picks what it counts, where the page has some of it.
function pickable() {
  for (const line of document.querySelectorAll('.plot [data-filter]')) {
    const { filter, value } = line.dataset;
    if (!ITEMS.some((item) => FILTERS[filter](item) === value)) continue;
    const pick = () => {
      byId('filters').reset();
      byId(`filter-${filter}`).value = value;
      showGallery();
      byId('filters').scrollIntoView({ block: 'start', behavior: 'smooth' });
    };
    line.classList.add('pick');
    line.setAttribute('tabindex', '0');
    line.setAttribute('role', 'button');
    line.addEventListener('click', pick);
    line.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' || event.key === ' ') {
        event.preventDefault();
        pick();
      }
    });
  }
}
