// One entry in full.

const view = { item: null, path: null };

function chips(item) {
  return el(
    'p',
    { class: 'chips' },
    el('span', { class: `chip is-${item.outcome}` }, outcomeOf(item)),
    item.task && el('span', { class: 'chip' }, plain(item.task)),
    item.reason && el('span', { class: 'chip' }, plain(item.reason)),
    mineChip(item),
  );
}

function mineChip(item) {
  const verdict = verdictOf(item);
  const drawn = item.items.filter((entry) => boxOf(item, entry.name) !== null).length;
  const said = [];
  if (verdict)
    said.push(verdict.action === 'reject' ? 'you: reject' : verdict.answer ? 'you: corrected' : 'you: keep');
  if (drawn) said.push(`you: ${count(drawn, 'box', 'boxes')}`);
  return said.map((text) => el('span', { class: 'chip mine' }, text));
}

function answerLines(item) {
  const verdict = verdictOf(item);
  const corrected = verdict?.answer && verdict.answer !== item.answer ? verdict.answer : null;
  return [
    el(
      'p',
      { class: 'answer' },
      el('b', null, 'Answer '),
      corrected ? el('s', null, item.answer) : item.answer,
    ),
    corrected && el('p', { class: 'answer yours' }, el('b', null, 'Yours '), corrected),
    item.written_answer &&
      el('p', { class: 'answer was' }, el('b', null, 'The writer’s '), item.written_answer),
    verdict?.action === 'reject' &&
      el('p', { class: 'answer yours' }, el('b', null, 'You reject it '), verdict.reason),
    verdict?.action === 'keep' &&
      verdict.reason &&
      el('p', { class: 'answer yours' }, el('b', null, 'You keep it '), verdict.reason),
  ];
}

function reviewBar(item) {
  const verdict = verdictOf(item);
  const touched =
    MINE.verdicts.has(item.id) || [...MINE.boxes.keys()].some((id) => id.startsWith(`${item.id}#`));
  const button = (name, key, on, does, off) =>
    el(
      'button',
      {
        type: 'button',
        class: on ? 'on' : '',
        id: `do-${name}`,
        disabled: off,
        'aria-pressed': on ? 'true' : 'false',
        'aria-keyshortcuts': key,
        onclick: does,
      },
      el('span', null, name),
      el('kbd', null, key),
    );
  return el(
    'div',
    { class: 'review', role: 'toolbar', 'aria-label': 'Your verdict' },
    button('keep', 'k', verdict?.action === 'keep' && !verdict.answer, () => keep(item)),
    button('reject', 'r', verdict?.action === 'reject', () => reject(item)),
    button('answer', 'e', Boolean(verdict?.answer), () => correct(item)),
    button(
      'box',
      'b',
      drawing.name !== null,
      () => toggleDrawing(item),
      !item.items.length || !item.frames.length,
    ),
    button('undo', 'u', false, () => undo(item), !touched),
  );
}

function drawingBar(item) {
  if (drawing.name === null) return null;
  const choose = el(
    'select',
    {
      id: 'drawn-item',
      onchange: (event) => {
        drawing.name = event.target.value;
      },
    },
    item.items.map((entry) =>
      el('option', { value: entry.name, selected: entry.name === drawing.name }, entry.name),
    ),
  );
  return el(
    'p',
    { class: 'drawing' },
    'Drag on a frame where you see ',
    el('label', null, el('span', { class: 'unseen' }, 'key item '), choose),
    el('button', { type: 'button', onclick: () => toggleDrawing(item) }, 'done'),
  );
}

function steps(item) {
  const list = gallery.found;
  const at = list.indexOf(item);
  const link = (to, label, key) =>
    to
      ? el('a', { href: pathOf(to), class: 'step', 'aria-keyshortcuts': key }, label)
      : el('span', { class: 'step' }, label);
  return el(
    'nav',
    { class: 'steps' },
    el('a', { href: '#', class: 'step back' }, '↑ all'),
    link(list[at - 1], '← previous', 'ArrowLeft'),
    el('span', { class: 'place' }, at < 0 ? '' : `${at + 1} of ${list.length}`),
    link(list[at + 1], 'next →', 'ArrowRight'),
  );
}

function showItem(item) {
  view.item = item;
  const root = byId('item');
  refill(
    root,
    steps(item),
    el(
      'article',
      { class: `sample ${drawing.name === null ? '' : 'is-drawing'}` },
      el(
        'div',
        { class: 'words' },
        chips(item),
        el('h1', null, titleOf(item)),
        item.kind === 'question' ? answerLines(item) : null,
        fateSection(item),
      ),
      el(
        'div',
        { class: 'seen' },
        drawingBar(item),
        el(
          'div',
          { class: 'frames' },
          item.frames.map((_, i) => frameFigure(item, i)),
        ),
        timeline(item),
      ),
      el(
        'div',
        { class: 'known' },
        evidenceSection(item),
        particularsSections(item),
        optionsSection(item),
        verdictSection(item),
      ),
      el('div', { class: 'more' }, writtenSection(item)),
    ),
  );
  if (item.kind === 'question') root.append(reviewBar(item));
  const article = root.querySelector('article');
  linked(article, item);
  drawable(article, item, (name, frame, bbox) => {
    setBox(item, name, frame, bbox);
    say(`${name} is where you drew it`);
  });
}
