"""Units of the stages that only look at questions that passed their review; a helper."""

import numpy as np
import pyarrow as pa

from pipeline.engine.stage import Membership, Split


def passed_only() -> Split:
    """One unit for every verdict that passed."""

    def assign(verdicts: pa.Table) -> Membership:
        rows = np.flatnonzero(verdicts["passed"].to_numpy())
        return Membership(verdicts["id"].combine_chunks().take(pa.array(rows)), rows)

    return Split(("id", "passed"), assign)
