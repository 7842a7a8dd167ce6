// Labels are text of the page, not of the picture: they keep their size on a phone. Each stands on
// its box's upper edge, inside the picture, and below those that are there before it.

function keepLabelsInside(node, boxes) {
  const arrange = () => {
    const [wide, tall] = [node.clientWidth, node.clientHeight];
    const taken = [];
    [...node.querySelectorAll('.label')].forEach((label, i) => {
      const [x1, y1] = boxes[i].bbox;
      const [w, h] = [label.offsetWidth, label.offsetHeight];
      const x = Math.max(0, Math.min(x1 * wide, wide - w));
      let y = y1 * tall >= h ? y1 * tall - h : y1 * tall;
      y = free(taken, x, Math.min(y, tall - h), w, h, tall);
      taken.push([x, y, w, h]);
      label.style.transform = `translate(${x}px, ${y}px)`;
    });
  };
  new ResizeObserver(arrange).observe(node);
}

// The first place from here downwards, then upwards, where no label stands.
function free(taken, x, from, w, h, tall) {
  const hit = (y) => taken.find((t) => t[0] < x + w && x < t[0] + t[2] && t[1] < y + h && y < t[1] + t[3]);
  for (const step of [1, -1]) {
    let y = from;
    while (y >= 0 && y + h <= tall) {
      const other = hit(y);
      if (!other) return y;
      y = step > 0 ? other[1] + other[3] : other[1] - h;
    }
  }
  return Math.max(0, from);
}
