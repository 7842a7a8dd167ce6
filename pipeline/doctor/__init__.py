"""Whether a run can go: of every run, and of one recipe's models; loads none of them.

examine ─┬─ machine     Python, decoders, Ray, GPUs, disk, memory
         ├─ models      packages and weights of a recipe's models, programs of its servers
         └─ endpoints   those that others run: do they answer, and have they the model
"""

from pathlib import Path

from pipeline.doctor.check import Check
from pipeline.doctor.endpoints import endpoint_checks
from pipeline.doctor.machine import machine_checks
from pipeline.doctor.models import model_checks
from pipeline.recipe import Recipe

__all__ = ["Check", "examine"]


def examine(folder: Path, recipe: Recipe | None = None) -> list[Check]:
    """Look at everything; under five seconds, endpoints that do not answer left out.

    Args:
        folder: on the disk where workspaces will lie.
        recipe: one whose models to look at; None for the offline default.
    """
    found = machine_checks(folder)
    found += model_checks(recipe or Recipe(name="offline"))
    return [*found, *endpoint_checks(recipe)]
