"""What was done about the persons on published pictures, in words that hold for this dataset."""

from pipeline.publish.statistics import Statistics
from pipeline.recipe import FaceBlurSettings


def hidden(statistics: Statistics, blur: FaceBlurSettings | None) -> str:
    """What was made unrecognisable, and what was not."""
    if blur is None:
        return "No face was looked for on the pictures, and nothing was made unrecognisable."
    frames = statistics.covered.total()
    with_faces = frames - statistics.covered[0]
    areas = sum(n * times for n, times in statistics.covered.items())
    return (
        f"A detector looked for faces, and what it found with a score of {blur.min_score:g} or "
        f"more is covered for good: {areas} areas on {with_faces} of {frames} core frames, each "
        "counted with every sample that uses it. It misses faces that are turned away, partly "
        "hidden, tilted or small, and covers some things that are no faces. Nothing else that "
        "tells who somebody is was looked for."
    )
