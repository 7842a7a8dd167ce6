// A frame with its boxes: an SVG as large as the picture, in the picture's own units, so that boxes
// stay where they are at any size.

// The boxes to draw: a person's instead of the detector's, where there is one.
function boxesOf(item) {
  const mine = new Map();
  for (const { name } of item.items) {
    const box = boxOf(item, name);
    const frame = box === null ? -1 : item.frames.findIndex((f) => f.id === box.frame);
    if (frame >= 0) {
      mine.set(name, {
        item: name,
        frame,
        bbox: box.bbox,
        score: 1,
        source: 'human',
        certain: true,
        verified: true,
      });
    }
  }
  return [...item.boxes.filter((box) => !mine.has(box.item)), ...mine.values()];
}

function boxClass(box) {
  const kinds = [box.verified ? 'verified' : 'unverified', box.certain ? 'certain' : 'uncertain'];
  if (box.source === 'human') kinds.push('by-hand');
  return kinds.join(' ');
}

function areaOf({ bbox: [x1, y1, x2, y2] }) {
  return (x2 - x1) * (y2 - y1);
}

function labelOf(box) {
  if (box.source === 'human') return `${box.item}, by hand`;
  const doubts = [box.certain ? '' : 'may be it', box.verified ? '' : 'not verified'].filter(Boolean);
  return [`${box.item} ${box.score.toFixed(2)}`, ...doubts].join(', ');
}

function overlay(item, place, large) {
  const { width, height } = item.frames[place];
  const here = boxesOf(item).filter((box) => box.frame === place);
  // The smaller box lies on top, or a pointer could not reach it.
  here.sort((a, b) => areaOf(b) - areaOf(a));
  const rects = here.map((box) => {
    const [x1, y1, x2, y2] = box.bbox;
    const at = { x: x1 * width, y: y1 * height, width: (x2 - x1) * width, height: (y2 - y1) * height };
    return svg(
      'g',
      {
        class: `box ${boxClass(box)} ${colourOf(item, box.item)}`,
        'data-token': large && `i:${box.item}`,
        'data-item': box.item,
      },
      svg('rect', { class: 'halo', ...at }),
      svg('rect', { class: 'edge', ...at }),
    );
  });
  const attributes = {
    viewBox: `0 0 ${width} ${height}`,
    preserveAspectRatio: 'none',
    class: 'boxes',
    'aria-hidden': 'true',
  };
  return [svg('svg', attributes, ...rects), here];
}

function picture(item, place, large) {
  const frame = item.frames[place];
  const stored = frame.picture === null ? null : DATA.pictures[frame.picture];
  const [drawn, boxes] = overlay(item, place, large);
  const shown = stored
    ? el('img', {
        src: stored.url,
        alt: frame.caption || `frame ${frame.index}`,
        width: frame.width,
        height: frame.height,
        decoding: 'async',
        draggable: 'false',
      })
    : el('div', { class: 'no-picture' }, 'no picture here');
  const labels =
    large &&
    boxes.map((box) =>
      el(
        'span',
        { class: `label ${colourOf(item, box.item)}`, 'data-token': `i:${box.item}`, 'data-item': box.item },
        labelOf(box),
      ),
    );
  const node = el(
    'div',
    {
      class: 'picture',
      style: {
        aspectRatio: `${frame.width} / ${frame.height}`,
        maxWidth: `calc(${large ? '78vh' : '15rem'} * ${frame.width / frame.height})`,
      },
    },
    shown,
    drawn,
    labels && el('div', { class: 'labels', 'aria-hidden': 'true' }, labels),
  );
  if (large) keepLabelsInside(node, boxes);
  return node;
}

function frameFigure(item, place) {
  const frame = item.frames[place];
  const said = `${seconds(frame.pts)}, frame ${frame.index}`;
  return el(
    'figure',
    {
      class: 'frame',
      'data-token': `f:${place}`,
      'data-frame': place,
      tabindex: 0,
      'aria-label': `frame ${place + 1} at ${said}`,
    },
    picture(item, place, true),
    el(
      'figcaption',
      null,
      el('b', { class: 'ordinal' }, String(place + 1)),
      ` ${said}`,
      el('span', { class: 'caption' }, frame.caption),
    ),
  );
}
