// What stands beside frames and evidence: options, the review, where it came from.

function optionsSection(item) {
  if (!item.options.length) return null;
  return el(
    'section',
    { class: 'options' },
    el('h2', null, 'Options'),
    el(
      'ul',
      null,
      item.options.map((text, i) => {
        const letter = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[i];
        const right = letter === item.letter;
        return el(
          'li',
          { class: right ? 'right' : '' },
          el('b', null, letter),
          ` ${text}`,
          right && el('span', { class: 'mark' }, ' the answer'),
        );
      }),
    ),
  );
}

function particularsSections(item) {
  return item.particulars.map((part) =>
    el(
      'section',
      { class: 'particulars' },
      el('h2', null, part.title),
      el(
        'ol',
        null,
        part.lines.map((line) => el('li', null, line)),
      ),
    ),
  );
}

function verdictSection(item) {
  if (item.passed === null) return null;
  const who = item.overridden ? ', decided by a person' : '';
  return el(
    'section',
    { class: 'verdict' },
    el(
      'h2',
      null,
      'Verdict ',
      el('small', { class: item.passed ? 'good' : 'bad' }, `${item.passed ? 'passed' : 'not passed'}${who}`),
    ),
    el(
      'ul',
      null,
      item.judgements.map((j) =>
        el('li', { class: j.passed ? 'good' : 'bad' }, el('b', null, plain(j.criterion)), ` ${j.reason}`),
      ),
    ),
  );
}

function writtenSection(item) {
  if (!item.written.length && !item.facts.length) return null;
  const names = ['stage', 'written by', 'prompt', 'answer'];
  const rows = item.written.map((w) =>
    el(
      'tr',
      null,
      el('th', { scope: 'row' }, w.stage),
      el('td', null, `${w.writer}, ${w.model}`, w.reported && el('small', null, ` says it is ${w.reported}`)),
      el('td', null, w.prompt, el('small', null, ` ${w.prompt_sha256.slice(0, 12)}, saw ${w.mode}`)),
      el('td', null, w.answer_source, w.finish_reason && el('small', null, ` ${w.finish_reason}`)),
    ),
  );
  const facts = [
    ['id', item.id],
    ['video', [item.source, item.video].filter(Boolean).join(', ')],
    ...item.facts,
  ].filter(([, value]) => value);
  return el(
    'section',
    { class: 'written' },
    el('h2', null, 'Provenance'),
    rows.length > 0 &&
      el(
        'div',
        { class: 'wide' },
        el(
          'table',
          null,
          el(
            'thead',
            null,
            el(
              'tr',
              null,
              names.map((name) => el('th', { scope: 'col' }, name)),
            ),
          ),
          el('tbody', null, rows),
        ),
      ),
    el(
      'dl',
      null,
      facts.flatMap(([name, value]) => [el('dt', null, name), el('dd', null, value)]),
    ),
    item.kind === 'question' &&
      DATA.heading.kind === 'workspace' &&
      el(
        'p',
        null,
        'Every prompt and reply: ',
        el('code', null, `demitasse inspect ${DATA.heading.place} ${item.id} --calls`),
      ),
  );
}

function fateSection(item) {
  const told = item.ended.map((e) =>
    el('p', { class: 'bad' }, `${e.stage}: ${e.status}${e.code ? ` (${e.code})` : ''}: ${e.message}`),
  );
  if (item.outcome !== 'rejected' && item.outcome !== 'failed')
    return told.length ? el('section', { class: 'fate' }, told) : null;
  return el(
    'section',
    { class: `fate is-${item.outcome}` },
    el(
      'p',
      null,
      el('b', null, `${outcomeOf(item)}: ${plain(item.reason)}`),
      item.message && ` ${item.message}`,
    ),
    told,
    item.hint && el('p', null, item.hint),
  );
}
