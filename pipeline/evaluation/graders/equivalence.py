"""Formulas that mean the same, by Hugging Face's math-verify (extra `math`).

Our own grader compares numbers by value and formulas by their text; this one also knows that
`x+1` is `1+x`. It is chosen by name and never because it happens to be installed: a result must not
depend on the machine.
"""

import threading
from typing import Final

from pipeline.errors import MissingDependencyError
from pipeline.evaluation.answers.parsed import Unparsed
from pipeline.evaluation.answers.stated import stated
from pipeline.evaluation.graders.grade import Grade
from pipeline.evaluation.graders.truth import Truth

_LIMIT: Final = 5
"""Seconds for one formula: simplifying a hostile one may not end."""


def grade_equivalence(reply: str, truth: Truth) -> Grade:
    """How right a formula is, 0 or 1, whatever its form.

    Raises:
        MissingDependencyError: math-verify is not installed.
    """
    try:
        import math_verify
    except ImportError as error:
        raise MissingDependencyError(
            "grading by equivalence needs math-verify: pip install 'demitasse[math]'"
        ) from error
    told = stated(reply)
    if isinstance(told, Unparsed):
        return Grade(0.0, answer=False, unparsed=told)
    # Its limits are signals, which only the main thread can have.
    limit = _LIMIT if threading.current_thread() is threading.main_thread() else None
    # It reads formulas only where LaTeX marks them.
    wanted, given = (
        math_verify.parse(f"${text.strip('$')}$", parsing_timeout=limit)
        for text in (truth.answer, told.texts[-1])
    )
    if not given:
        return Grade(0.0, answer=False, unparsed=Unparsed("no_answer", f"{told.texts[-1][:60]!r}"))
    answer = bool(math_verify.verify(wanted, given, timeout_seconds=limit))
    return Grade(float(answer), answer=answer)
