"""A picture of one question: its core frames side by side with the boxes, and the words below."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from pipeline.inspection import Inspection, NamedBox, boxes_on

FRAME_HEIGHT: Final = 320
"""Pixels; frames are scaled to it, so that portrait and landscape stand in one row."""
MARGIN: Final = 16
TEXT_SIZE: Final = 18
LABEL_SIZE: Final = 15
LEAST_WIDTH: Final = 900
MOST_WIDTH: Final = 1600
"""Frames that would go beyond begin another row."""
PAPER, INK, FAINT = "#ffffff", "#1a1a1a", "#666666"
COLOURS: Final = (
    *("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"),
    *("#8c564b", "#7f3fbf"),
)
"""The palette of Okabe and Ito (2008), which colour-blind people tell apart, without black and
yellow, and two more."""

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@dataclass(frozen=True)
class Cell:
    """One frame, as it was stored, with what is drawn on and under it."""

    jpeg: bytes
    caption: str
    boxes: Sequence[NamedBox]


def contact_sheet(inspection: Inspection, jpegs: Sequence[bytes]) -> Image.Image:
    """Draw a question.

    Args:
        jpegs: the bytes of `inspection.core_frames`, in their order.
    """
    cells = [
        Cell(jpeg, f"{f.pts_seconds:.2f} s, frame {f.frame_index}", boxes_on(inspection, f.id))
        for f, jpeg in zip(inspection.core_frames, jpegs, strict=True)
    ]
    names = sorted({box.item for box in inspection.boxes})
    colours = {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(names)}
    pictures = [_draw_cell(cell, colours) for cell in cells]
    rows = _rows(pictures)
    inside = max([LEAST_WIDTH, *(_row_width(row) for row in rows)])
    lines = _text(inspection, inside)
    step = round(TEXT_SIZE * 1.4)
    height = sum(max(p.height for p in row) + MARGIN for row in rows) + step * len(lines)
    sheet = Image.new("RGB", (inside + 2 * MARGIN, height + 2 * MARGIN), PAPER)
    y = MARGIN
    for row in rows:
        x = MARGIN
        for picture in row:
            sheet.paste(picture, (x, y))
            x += picture.width + MARGIN
        y += max(p.height for p in row) + MARGIN
    draw, font = ImageDraw.Draw(sheet), _font(TEXT_SIZE)
    for line, colour in lines:
        draw.text((MARGIN, y), line, fill=colour, font=font)
        y += step
    return sheet


def _rows(pictures: Sequence[Image.Image]) -> list[list[Image.Image]]:
    """As many side by side as fit."""
    rows: list[list[Image.Image]] = []
    for picture in pictures:
        if not rows or _row_width([*rows[-1], picture]) > MOST_WIDTH:
            rows.append([])
        rows[-1].append(picture)
    return rows


def _row_width(row: Sequence[Image.Image]) -> int:
    return sum(p.width for p in row) + MARGIN * (len(row) - 1)


def _draw_cell(cell: Cell, colours: dict[str, str]) -> Image.Image:
    with Image.open(io.BytesIO(cell.jpeg)) as stored:
        width = round(stored.width * FRAME_HEIGHT / stored.height)
        frame = stored.convert("RGB").resize((width, FRAME_HEIGHT), Image.Resampling.LANCZOS)
    draw, font = ImageDraw.Draw(frame), _font(LABEL_SIZE)
    taken: list[tuple[float, float, float, float]] = []
    for box in cell.boxes:
        _draw_box(draw, frame.size, box, colours[box.item], font)
    for box in cell.boxes:
        taken.append(_draw_label(draw, frame.size, box, colours[box.item], font, taken))
    picture = Image.new("RGB", (width, FRAME_HEIGHT + round(LABEL_SIZE * 1.6)), PAPER)
    picture.paste(frame, (0, 0))
    ImageDraw.Draw(picture).text((0, FRAME_HEIGHT + 4), cell.caption, fill=FAINT, font=font)
    return picture


def _corners(size: tuple[int, int], box: NamedBox) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = box.bbox
    width, height = size[0] - 1, size[1] - 1
    return x1 * width, y1 * height, x2 * width, y2 * height


def _draw_box(
    draw: ImageDraw.ImageDraw, size: tuple[int, int], box: NamedBox, colour: str, font: Font
) -> None:
    """Three pixels wide where the box is verified, one where it is not."""
    draw.rectangle(_corners(size, box), outline=colour, width=3 if box.verified else 1)


def _draw_label(
    draw: ImageDraw.ImageDraw,
    size: tuple[int, int],
    box: NamedBox,
    colour: str,
    font: Font,
    taken: Sequence[tuple[float, float, float, float]],
) -> tuple[float, float, float, float]:
    """Write item and score at the box's upper edge, lower where another label stands already."""
    text = f"{box.item} {box.score:.2f}" + ("" if box.verified else " (not verified)")
    x1, y1, _, _ = _corners(size, box)
    left, top, right, bottom = draw.textbbox((0, 0), text, font=font)
    width, height = right - left + 8, bottom - top + 6
    x = max(0.0, min(x1, size[0] - width))
    y = y1 - height if y1 >= height else y1
    while any(x < t[2] and t[0] < x + width and y < t[3] and t[1] < y + height for t in taken):
        y += height
    place = (x, y, x + width, y + height)
    draw.rectangle(place, fill=colour)
    draw.text((x + 4 - left, y + 3 - top), text, fill="white", font=font)
    return place


def _text(inspection: Inspection, width: int) -> list[tuple[str, str]]:
    """Question, answer and how it ended, as lines that fit, each with its colour."""
    question = inspection.question
    parts = [
        (f"{question.task}   {question.id}", FAINT),
        (f"Q: {question.question}", INK),
        (f"A: {inspection.answer}", INK),
    ]
    if inspection.rejection is not None:
        rejection = inspection.rejection
        parts.append((f"rejected ({rejection.reason}): {rejection.message}", COLOURS[1]))
    font = _font(TEXT_SIZE)
    return [(line, colour) for text, colour in parts for line in _wrap(text, width, font)]


def _wrap(text: str, width: int, font: Font) -> list[str]:
    """Break between words, by their width as drawn; a word wider than the sheet is cut."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= width:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        while font.getlength(word) > width:
            fits = next(n for n in range(len(word), 0, -1) if font.getlength(word[:n]) <= width)
            lines[-1:] = [word[:fits], ""]
            word = word[fits:]
        lines[-1] = word
    return lines


def _font(size: int) -> Font:
    return ImageFont.load_default(size=size)
