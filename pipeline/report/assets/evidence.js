// The evidence, sentence by sentence, with its key items as marks that lead to their boxes.

// Text with `<obj>name</obj>` in it as nodes; anything else that looks like markup stays text.
function withItems(item, text) {
  const nodes = [];
  let done = 0;
  for (const match of text.matchAll(OBJ)) {
    nodes.push(text.slice(done, match.index));
    nodes.push(
      el(
        'span',
        { class: `obj ${colourOf(item, match[1])}`, 'data-token': `i:${match[1]}`, tabindex: 0 },
        match[1],
      ),
    );
    done = match.index + match[0].length;
  }
  nodes.push(text.slice(done));
  return nodes;
}

function evidenceSection(item) {
  if (!item.evidence) return null;
  const claims = item.claims.map((claim, c) => {
    const cites = claim.frames.length
      ? `frame ${claim.frames.map((f) => f + 1).join(', ')}`
      : 'cites no frame';
    const time = claim.start === null ? '' : `${claim.start.toFixed(2)} to ${seconds(claim.end)}, `;
    return el(
      'li',
      { 'data-token': `c:${c}`, tabindex: 0 },
      withItems(item, claim.text),
      el('small', null, ` ${time}${cites}`),
    );
  });
  return el(
    'section',
    { class: 'evidence' },
    el('h2', null, 'Evidence'),
    claims.length ? el('ol', { class: 'claims' }, claims) : el('p', null, withItems(item, item.evidence)),
    itemsList(item),
  );
}

function itemsList(item) {
  if (!item.items.length) return null;
  const boxes = boxesOf(item);
  return el(
    'ul',
    { class: 'items', 'aria-label': 'Key items' },
    item.items.map((entry) => {
      const mine = boxes.filter((box) => box.item === entry.name);
      return el(
        'li',
        { class: colourOf(item, entry.name), 'data-token': `i:${entry.name}`, tabindex: 0 },
        el('i', { class: `swatch ${mine.length ? '' : 'none'}` }),
        el('b', null, entry.name),
        entry.phrase && entry.phrase !== entry.name ? ` “${entry.phrase}”` : null,
        el('small', null, ` ${standingOf(entry, mine)}`),
      );
    }),
  );
}

function standingOf(entry, boxes) {
  const frame = entry.frame === null ? '' : `frame ${entry.frame + 1}: `;
  if (!boxes.length) return `${frame}no box, ${entry.missing || 'none is published'}`;
  if (boxes[0].source === 'human') return `frame ${boxes[0].frame + 1}: drawn by hand`;
  const scores = boxes.map((box) => box.score.toFixed(2)).join(', ');
  const clip = boxes[0].clip === null ? '' : `, clip ${boxes[0].clip.toFixed(2)}`;
  const sure = boxes.some((box) => box.verified) ? 'verified' : 'not verified';
  return boxes[0].certain
    ? `${frame}score ${scores}${clip}, ${sure}`
    : `${frame}one of ${count(boxes.length, 'box', 'boxes')} (${scores}), ${sure}`;
}
