// The two files, in exactly the form that a run reads.

const BREAKS = /[",\r\n]/;

function field(value) {
  const text = value === null || value === undefined ? '' : String(value);
  return BREAKS.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function lines(names, rows) {
  return [names, ...rows].map((row) => row.map(field).join(',') + '\n').join('');
}

function overridesCsv() {
  const rows = standing('verdicts').map((o) => [o.id, o.action, o.reason, o.answer]);
  return lines(['id', 'action', 'reason', 'answer'], rows);
}

function boxesCsv() {
  const rows = standing('boxes').map((b) => [b.question, b.item, b.frame, ...b.bbox]);
  return lines(['question', 'item', 'frame', 'x1', 'y1', 'x2', 'y2'], rows);
}

function download(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  el('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
}
