"""Opening a workspace that a run has made."""

from pipeline.engine.workspace import Workspace
from pipeline.errors import UsageError
from pipeline.recipe import Recipe
from pipeline.recipe_file import load_recipe
from pipeline.storage.place import Place


def existing(root: Place) -> Workspace:
    """The workspace at this folder.

    Raises:
        UsageError: the folder is no workspace.
        WorkspaceFormatError: another format version wrote it.
    """
    workspace = Workspace.at(root)
    if not workspace.store.exists("workspace.json"):
        raise UsageError(f"{root} is no workspace: `demitasse run RECIPE --work {root}` makes one")
    workspace.check()
    return workspace


def recipe_of(root: Place) -> Recipe:
    """The resolved recipe of the workspace's last run."""
    return load_recipe(existing(root).root / "recipe.yaml", [])
