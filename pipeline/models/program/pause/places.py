"""Sides in words: those of the one who is addressed, or those of the picture."""

from pipeline.models.program.observations import Side


def place(where: Side, *, addressed: bool) -> str:
    """`on your left` to the one who wears the camera, `on the left` of anybody else.

    A camera on the head looks where its wearer looks, so the picture's sides are the wearer's.
    """
    if where == "centre":
        return "in front of you" if addressed else "in the centre"
    return f"on {'your' if addressed else 'the'} {where}"
