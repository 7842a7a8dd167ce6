// Making elements. What comes from data becomes a text node or an attribute, never markup.

const SVG = 'http://www.w3.org/2000/svg';

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name === 'style') Object.assign(node.style, value);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined && child !== false) node.append(child);
  }
  return node;
}

function el(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function svg(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

// Put these in the place of what is inside; those that are null or false are left out.
function refill(node, ...children) {
  node.replaceChildren();
  return fill(node, null, children);
}

function byId(id) {
  return document.getElementById(id);
}

function seconds(value) {
  return `${value.toFixed(2)} s`;
}

function plain(code) {
  return code.replaceAll('_', ' ');
}

function count(n, one, many) {
  return `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
}

// Said to whoever cannot see that something changed, and shown for a moment to all others.
let silence = 0;
function say(text) {
  byId('said').textContent = text;
  byId('said').classList.add('on');
  clearTimeout(silence);
  silence = setTimeout(() => byId('said').classList.remove('on'), 2500);
}
