// What the page is made of, and which colour each key item of an entry has.

const DATA = JSON.parse(byId('data').textContent);
const ITEMS = DATA.items;
const COLOURS = 8;

function colourOf(item, name) {
  const names = [...new Set([...item.items.map((i) => i.name), ...item.boxes.map((b) => b.item)])];
  return `c${Math.max(0, names.sort().indexOf(name)) % COLOURS}`;
}

// "sample, train", "rejected in verdicts", "failed in captions": what the outcome filter offers.
function outcomeOf(item) {
  if (item.outcome === 'sample') return item.split ? `sample, ${item.split}` : 'sample';
  if (item.outcome === 'waiting') return 'waiting';
  return `${item.outcome} in ${item.stage}`;
}

function titleOf(item) {
  return item.kind === 'unit' ? item.message || plain(item.reason) : item.question;
}
