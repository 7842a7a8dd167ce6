"""Which consumers are there to be tested with."""

from importlib.metadata import PackageNotFoundError, version

import pytest


def needs(distribution: str, where: str) -> pytest.MarkDecorator:
    """Skip where a package is not installed.

    By its distribution, not by an import: one that is there and broken is to fail.

    Args:
        distribution: the name it is installed by.
        where: how to get it, for the reason.
    """
    try:
        version(distribution)
    except PackageNotFoundError:
        return pytest.mark.skipif(True, reason=f"{distribution} is not installed: {where}")
    return pytest.mark.skipif(False, reason="")


THEIR_WARNINGS = pytest.mark.filterwarnings("ignore")
"""What a framework makes its own dependencies say is not ours to mend."""
