// Drawing a box by dragging on a frame: by mouse, pen or finger.

const SMALLEST = 0.01;
const drawing = { name: null };

function within(value) {
  return Math.min(1, Math.max(0, value));
}

function drawable(root, item, done) {
  for (const figure of root.querySelectorAll('.frame')) {
    const node = figure.querySelector('.picture');
    let start = null;
    let ghost = null;
    const at = (event) => {
      const area = node.getBoundingClientRect();
      return [
        within((event.clientX - area.left) / area.width),
        within((event.clientY - area.top) / area.height),
      ];
    };
    const spanned = (event) => {
      const [x, y] = at(event);
      const box = [
        Math.min(start[0], x),
        Math.min(start[1], y),
        Math.max(start[0], x),
        Math.max(start[1], y),
      ];
      return box.map((value) => Number(value.toFixed(5)));
    };
    const end = () => {
      start = null;
      ghost?.remove();
      ghost = null;
    };
    node.addEventListener('pointerdown', (event) => {
      if (drawing.name === null || event.button !== 0) return;
      event.preventDefault();
      node.setPointerCapture(event.pointerId);
      start = at(event);
      ghost = node.appendChild(el('div', { class: 'ghost' }));
    });
    node.addEventListener('pointermove', (event) => {
      if (start === null) return;
      const [x1, y1, x2, y2] = spanned(event);
      Object.assign(ghost.style, {
        left: `${100 * x1}%`,
        top: `${100 * y1}%`,
        width: `${100 * (x2 - x1)}%`,
        height: `${100 * (y2 - y1)}%`,
      });
    });
    node.addEventListener('pointerup', (event) => {
      if (start === null) return;
      const box = spanned(event);
      end();
      if (box[2] - box[0] < SMALLEST || box[3] - box[1] < SMALLEST) {
        say('that is too small for a box: drag from corner to corner');
        return;
      }
      done(drawing.name, item.frames[Number(figure.dataset.frame)].id, box);
    });
    node.addEventListener('pointercancel', end);
  }
}
