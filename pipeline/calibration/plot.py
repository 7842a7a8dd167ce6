"""A curve as an SVG drawing: the share that is kept, over the threshold."""

from pipeline.calibration.curve import Curve

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 10, 30


def plot(curve: Curve) -> str:
    """The drawing as text to stand in a page; it refers to no other file."""
    low, high = curve.points[0].value, curve.points[-1].value
    wide, tall = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x(value: float) -> float:
        return round(LEFT + wide * (value - low) / (high - low), 1)

    def y(share: float) -> float:
        return round(TOP + tall * (1 - share), 1)

    total = max(1, curve.points[0].kept + curve.points[0].dropped)
    line = " ".join(f"{x(p.value)},{y(p.kept / total)}" for p in curve.points)
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="Share of {curve.counts} kept, by {curve.setting}">'
    ]
    for share in (0, 0.25, 0.5, 0.75, 1):
        parts.append(f'<path class="grid" d="M{LEFT} {y(share)}H{WIDTH - RIGHT}"/>')
        label = f"{round(100 * share)} %"
        parts.append(f'<text x="{LEFT - 6}" y="{y(share) + 4}" class="y">{label}</text>')
    for step in range(5):
        value = low + (high - low) * step / 4
        parts.append(f'<text x="{x(value)}" y="{HEIGHT - 10}" class="x">{value:.3g}</text>')
    parts.append(f'<polyline points="{line}"/>')
    at = x(min(max(curve.current, low), high))
    parts.append(f'<path class="line" d="M{at} {TOP}V{HEIGHT - BOTTOM}"/></svg>')
    return "".join(parts)
