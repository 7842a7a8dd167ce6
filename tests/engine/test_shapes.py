"""Tables that another version wrote."""

from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.engine.view import _check_columns
from pipeline.errors import WorkspaceFormatError

ROW = pa.struct([("id", pa.string()), ("value", pa.float64())])
SCHEMA = pa.schema([("square", pa.list_(ROW))])


def test_a_table_that_has_the_columns_is_read() -> None:
    _check_columns(SCHEMA, "square", {"id", "value"}, Path("part.parquet"))


@pytest.mark.parametrize(
    ("table", "columns", "lacking"),
    [("square", {"id", "comment"}, "comment"), ("sum", {"id"}, "id")],
)
def test_one_of_another_shape_is_told_in_one_sentence(
    table: str, columns: set[str], lacking: str
) -> None:
    with pytest.raises(WorkspaceFormatError, match=f"its table {table} lacks {lacking}; a run"):
        _check_columns(SCHEMA, table, columns, Path("part.parquet"))
