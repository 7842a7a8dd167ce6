// The time of the claims and the core frames, on the video's clock. Where all that is spoken of
// lies in a small part of the video, that part is drawn, and a thin bar shows where it lies.

const ROOM = 0.06;
const SMALL = 0.5;

function spanOf(item) {
  const times = item.frames.map((frame) => frame.pts);
  for (const claim of item.claims) if (claim.start !== null) times.push(claim.start, claim.end);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const known = item.end > item.start;
  const video = known ? [Math.min(item.start, first), Math.max(item.end, last)] : [first, last];
  const around = Math.max(0.5, ROOM * (last - first));
  const part = [Math.max(video[0], first - around), Math.min(video[1], last + around)];
  const zoomed = known && part[1] - part[0] < SMALL * (video[1] - video[0]);
  const drawn = zoomed || !known ? [first - around, last + around] : video;
  return { video, drawn: zoomed ? part : drawn, zoomed, known };
}

function percent(value, [start, end]) {
  return `${(100 * (value - start)) / (end - start)}%`;
}

function timeline(item) {
  if (!item.frames.length) return null;
  const { video, drawn, zoomed, known } = spanOf(item);
  const ticks = item.frames.map((frame, i) =>
    el(
      'button',
      {
        type: 'button',
        class: 'tick',
        'data-token': `f:${i}`,
        title: `frame ${i + 1} at ${seconds(frame.pts)}`,
        style: { left: percent(frame.pts, drawn) },
        onclick: () => showFrame(i),
      },
      String(i + 1),
    ),
  );
  const rows = item.claims.flatMap((claim, c) => {
    if (claim.start === null) return [];
    const said = `claim ${c + 1}: ${seconds(claim.start)} to ${seconds(claim.end)}`;
    const style = {
      left: percent(claim.start, drawn),
      width: `calc(${percent(claim.end, drawn)} - ${percent(claim.start, drawn)})`,
    };
    return [
      el(
        'div',
        { class: 'span-row' },
        el('button', {
          type: 'button',
          class: 'span',
          'data-token': `c:${c}`,
          title: said,
          'aria-label': said,
          style,
        }),
        el('span', { class: 'span-name', style: { left: percent(claim.start, drawn) } }, String(c + 1)),
      ),
    ];
  });
  const whole =
    zoomed &&
    el(
      'div',
      { class: 'whole', title: `the whole video, ${seconds(video[0])} to ${seconds(video[1])}` },
      el('i', {
        style: {
          left: percent(drawn[0], video),
          width: `calc(${percent(drawn[1], video)} - ${percent(drawn[0], video)})`,
        },
      }),
    );
  const what = zoomed
    ? `of a video of ${seconds(video[1] - video[0])}`
    : known
      ? 'the whole video'
      : 'the video may be longer';
  return el(
    'section',
    { class: 'timeline', 'aria-label': 'Timeline' },
    el('h2', null, 'Timeline ', el('small', null, what)),
    whole,
    el('div', { class: 'ticks' }, ticks),
    rows,
    el(
      'div',
      { class: 'axis' },
      el('span', null, seconds(Math.max(drawn[0], known ? video[0] : drawn[0]))),
      el('span', null, seconds(drawn[1])),
    ),
  );
}

function showFrame(place) {
  const figure = document.querySelector(`.frame[data-frame="${place}"]`);
  figure.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
}
