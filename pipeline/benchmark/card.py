"""The benchmark's card: what it holds, how it was made, and what it leaves out."""

from collections.abc import Iterator, Mapping, Sequence

from pipeline.benchmark.changes import Changes
from pipeline.benchmark.lengths import Lengths
from pipeline.benchmark.manifest import Manifest, Reviewed
from pipeline.benchmark.phrases import some
from pipeline.publish.drawing import Plot
from pipeline.publish.front_matter import front_matter
from pipeline.publish.statistics import Statistics
from pipeline.publish.tables import WrittenSplit
from pipeline.recipe import Recipe


def render_card(
    manifest: Manifest,
    recipe: Recipe,
    statistics: Statistics,
    written: Sequence[WrittenSplit],
    plots: Mapping[str, Plot],
) -> str:
    """The whole `README.md`, ending in one newline."""
    source = recipe.identity.publish.pretty_name or recipe.name
    title = title_of(manifest, recipe)
    lines = [
        "---",
        front_matter(statistics, written, recipe.identity.publish, title) + "---",
        f"# {_line(title)}",
        "",
        f"{some(manifest.questions, 'question')} about {some(manifest.videos, 'video')}, with "
        f"one right answer and three distractors, from the test split of {_line(source)}. The "
        "videos themselves are not included; `video` is the BLAKE3 hash (128 bits) of the file.",
        "",
        "```python",
        "from datasets import load_dataset",
        "",
        'questions = load_dataset("path/to/this/folder")["test"]',
        "```",
        "",
        *_made(manifest),
        *_tasks(manifest),
        *_drawn(plots, "tasks"),
        *_lengths(manifest.before, manifest.after),
        *_drawn(plots, "length_gap"),
        *_letters(manifest),
        *_drawn(plots, "letters"),
        *_left_out(manifest.left_out),
        *_review(manifest.review),
        *_changes(manifest.changes),
        *_licences(statistics),
    ]
    return "\n".join(lines).rstrip("\n") + "\n"


def title_of(manifest: Manifest, recipe: Recipe) -> str:
    """What the benchmark is called."""
    source = recipe.identity.publish.pretty_name or recipe.name
    return f"{source}: benchmark {manifest.version}"


def _made(manifest: Manifest) -> Iterator[str]:
    yield from ("## How it was made", "")
    yield f"- At most {manifest.cap} questions of each task."
    yield "- Videos take turns: none gives a second question of a task before all have given one."
    yield (
        "- Within a turn the hash of the id orders them, and the next one is taken whose length "
        "gap brings the sum of the gaps back towards 0. Nothing is drawn."
    )
    yield (
        "- Letters are spread evenly in each task; where an answer moved, the option that stood "
        "there took its place."
    )
    yield (
        f"- Content `{manifest.content}`, from the dataset `{manifest.source}`, by Demitasse "
        f"{manifest.demitasse}; `recipe.yaml` is the dataset's, `benchmark.json` has all numbers "
        "of this page."
    )
    yield ""


def _tasks(manifest: Manifest) -> Iterator[str]:
    yield from ("## Tasks", "", "Counted in the files.", "")
    yield "| task | candidates | questions | videos | most of one video |"
    yield "|---|---:|---:|---:|---:|"
    for task, n in manifest.tasks.items():
        yield f"| {task} | {n.candidates} | {n.questions} | {n.videos} | {n.most_of_one_video} |"
    yield f"| all | {manifest.before.questions} | {manifest.questions} | {manifest.videos} | |"
    yield ""


def _lengths(before: Lengths, after: Lengths) -> Iterator[str]:
    yield from ("## Lengths", "")
    yield from ("Characters that the answer has more than the longest distractor:", "")
    yield "| | candidates | benchmark |"
    yield "|---|---:|---:|"
    yield f"| mean | {before.mean:.1f} | {after.mean:.1f} |"
    yield f"| median | {before.median:g} | {after.median:g} |"
    for name in ("longer", "equal", "shorter"):
        yield f"| answer is {name} | {getattr(before, name)} | {getattr(after, name)} |"
    first, second = (f"{100 * x.right_by_length:.1f} %" for x in (before, after))
    yield f"| right by picking the longest option | {first} | {second} |"
    yield from ("", "By chance the last line is 25 %.", "")


def _letters(manifest: Manifest) -> Iterator[str]:
    told = ", ".join(f"{letter} {n}" for letter, n in manifest.letters.items())
    moved = some(manifest.letters_moved, "answer")
    yield from ("## Letters", "", f"{told}; {moved} moved.", "")


def _left_out(left_out: Mapping[str, int]) -> Iterator[str]:
    if left_out:
        yield from ("## Left out", "", "The config `rejected` has each with its reason.", "")
        yield from ("| reason | questions |", "|---|---:|")
        yield from (f"| `{reason}` | {n} |" for reason, n in left_out.items())
        yield ""


def _review(review: Reviewed | None) -> Iterator[str]:
    yield from ("## Review", "")
    if review is None:
        yield from ("No person has reviewed this version.", "")
        return
    told = ", ".join(f"{n} {choice}" for choice, n in review.decisions.items())
    yield f"Decided by {some(review.reviewers, 'reviewer')}: {told}."
    if review.agreement is not None:
        found = review.agreement
        kappa = "undefined" if found.kappa is None else f"{found.kappa:.2f}"
        yield f"Both decided alike on {found.same} of {found.questions}; Cohen's kappa is {kappa}."
    yield ""


def _changes(found: Changes | None) -> Iterator[str]:
    if found is not None:
        yield from (f"## Against version {found.previous}", "")
        yield (
            f"{len(found.added)} added, {len(found.removed)} removed, {len(found.changed)} "
            f"changed, {found.unchanged} unchanged; `benchmark.json` names them."
        )
        yield ""


def _licences(statistics: Statistics) -> Iterator[str]:
    yield from (
        "## Licences of the videos",
        "",
        "| source | licence | questions |",
        "|---|---|---:|",
    )
    for (source, licence), n in sorted(statistics.licences.items()):
        yield f"| {_line(source)} | {_line(licence)} | {n} |"


def _drawn(plots: Mapping[str, Plot], name: str) -> Iterator[str]:
    if name in plots:
        plot = plots[name]
        yield from (f"[![{plot.alt}]({plot.png})]({plot.svg})", "")


def _line(text: str) -> str:
    """Text that cannot break a heading or a table."""
    return " ".join(text.split()).replace("|", "\\|")
