// Saving what was decided, and saying where it goes.

function whereTo() {
  const { kind, place } = DATA.heading;
  const names = [DATA.files.overrides, DATA.files.boxes];
  if (kind === 'workspace') {
    const run = `demitasse run ${place}/recipe.yaml --work ${place}`;
    return [
      'Put the saved files at ',
      el('code', null, `${place}/${names[0]}`),
      ' and ',
      el('code', null, `${place}/${names[1]}`),
      ' (they hold what was there before, too), then ',
      el('code', null, run),
      '.',
    ];
  }
  return [
    'Put the saved files into the workspace that this dataset is published from, as ',
    el('code', null, names[0]),
    ' and ',
    el('code', null, names[1]),
    ', and run its recipe again. If it has such files, add these lines to them.',
  ];
}

function saved(name, text) {
  download(name, text);
  say(`${name} is among your downloads`);
}

function saveOverrides() {
  saved(DATA.files.overrides, overridesCsv());
}

function saveBoxes() {
  saved(DATA.files.boxes, boxesCsv());
}

function openSaving() {
  const dialog = byId('dialog');
  const [verdicts, boxes] = [standing('verdicts').length, standing('boxes').length];
  refill(
    dialog,
    el('h2', null, 'Save what you decided'),
    el('p', null, ...whereTo()),
    el(
      'div',
      { class: 'files' },
      el(
        'button',
        { type: 'button', class: 'main', id: 'save-overrides', onclick: saveOverrides },
        `Save ${DATA.files.overrides}`,
      ),
      el('span', null, count(verdicts, 'verdict', 'verdicts')),
      el(
        'button',
        {
          type: 'button',
          class: 'main',
          id: 'save-boxes',
          disabled: boxes === 0 && BASE.boxes.size === 0,
          onclick: saveBoxes,
        },
        `Save ${DATA.files.boxes}`,
      ),
      el('span', null, count(boxes, 'box', 'boxes')),
    ),
    !review.kept &&
      el(
        'p',
        { class: 'bad' },
        'This browser keeps nothing of a page from a file: what you decide is lost when you close it, unless you save.',
      ),
    el(
      'div',
      { class: 'buttons' },
      el('button', { type: 'button', class: 'quiet', onclick: () => dialog.close() }, 'close'),
    ),
  );
  dialog.showModal();
}

function showSaving() {
  const changed = MINE.verdicts.size + MINE.boxes.size;
  refill(
    byId('saves'),
    changed > 0 && el('span', { class: 'unsaved' }, count(changed, 'change', 'changes')),
    el(
      'button',
      {
        type: 'button',
        id: 'save',
        class: changed ? 'main' : 'quiet',
        'aria-keyshortcuts': 's',
        onclick: openSaving,
      },
      'Save overrides',
    ),
  );
}

function leaving(event) {
  if (!review.kept && MINE.verdicts.size + MINE.boxes.size) event.preventDefault();
}
