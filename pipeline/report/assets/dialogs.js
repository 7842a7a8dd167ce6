// What a person is asked, and told.

function ask(title, { note = '', value = '', needed = '', says }) {
  const dialog = byId('dialog');
  const text = el('textarea', { id: 'asked', rows: 3 });
  text.value = value;
  const problem = el('p', { class: 'bad', role: 'alert' });
  const done = (event) => {
    event.preventDefault();
    const answer = text.value.trim();
    if (needed && !answer) {
      problem.textContent = needed;
      text.focus();
      return;
    }
    dialog.close();
    says(answer);
  };
  text.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) done(event);
  });
  refill(
    dialog,
    el(
      'form',
      { onsubmit: done },
      el('label', { for: 'asked' }, el('h2', null, title)),
      note && el('p', null, note),
      text,
      problem,
      el(
        'div',
        { class: 'buttons' },
        el('button', { type: 'button', class: 'quiet', onclick: () => dialog.close() }, 'cancel'),
        el('button', { type: 'submit', class: 'main' }, 'say so'),
      ),
    ),
  );
  dialog.showModal();
  text.select();
}

function keep(item) {
  const before = verdictOf(item);
  setVerdict(
    item,
    'keep',
    before?.action === 'keep' ? before.reason : null,
    before?.action === 'keep' ? before.answer : null,
  );
  say(item.hint || 'kept');
}

function reject(item) {
  const before = verdictOf(item);
  ask('Why do you reject it?', {
    value: before?.action === 'reject' ? before.reason : '',
    needed: 'A rejection needs a reason.',
    says: (reason) => {
      setVerdict(item, 'reject', reason, null);
      say('rejected');
    },
  });
}

function correct(item) {
  const before = verdictOf(item);
  ask('What is the right answer?', {
    note: item.question,
    value: before?.answer || item.answer,
    needed: 'An answer cannot be empty.',
    says: (answer) => {
      const reason = before?.action === 'keep' ? before.reason : null;
      setVerdict(item, 'keep', reason, answer === item.answer ? null : answer);
      say(answer === item.answer ? 'kept as it is' : 'answer corrected');
    },
  });
}

function toggleDrawing(item) {
  if (drawing.name !== null) {
    drawing.name = null;
  } else {
    const focused = document.activeElement?.closest?.('[data-token^="i:"]')?.dataset.token.slice(2);
    const bare = item.items.find((entry) => !boxesOf(item).some((box) => box.item === entry.name));
    drawing.name = focused || (bare || item.items[0]).name;
  }
  redraw();
}

function help() {
  const dialog = byId('dialog');
  const keys = [
    ['→ or n', 'next'],
    ['← or p', 'previous'],
    ['Enter', 'open a card'],
    ['Esc', 'back to all'],
    ['k', 'keep'],
    ['r', 'reject, with a reason'],
    ['e', 'correct the answer'],
    ['b', 'draw a box on a frame'],
    ['u', 'undo what you decided here'],
    ['/', 'search words'],
    ['s', 'save'],
    ['?', 'this help'],
  ];
  refill(
    dialog,
    el('h2', null, 'Keys'),
    el(
      'dl',
      { class: 'keys' },
      keys.flatMap(([key, does]) => [el('dt', null, el('kbd', null, key)), el('dd', null, does)]),
    ),
    el(
      'p',
      null,
      'Boxes: a thick line is verified, a thin one is not, a dashed one is one of several that the key item may be.',
    ),
    el('p', null, ...whereTo()),
    el(
      'div',
      { class: 'buttons' },
      el('button', { type: 'button', class: 'main', onclick: () => dialog.close() }, 'close'),
    ),
  );
  dialog.showModal();
}
