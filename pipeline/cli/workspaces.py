"""Opening a workspace that a run has made."""

from pipeline.engine.workspace import Workspace
from pipeline.errors import UsageError
from pipeline.harness.settings_file import USED, kept
from pipeline.recipe import Recipe, Runtime
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
    """The resolved recipe of the workspace's last run.

    Raises:
        UsageError: the folder is no workspace, or that of an evaluation.
    """
    workspace = existing(root)
    if workspace.store.exists(USED):
        raise UsageError(
            f"{root} is an evaluation, which has no recipe: `demitasse status` tells how far it "
            "is, `compare` reads its results, and when it is needed no more, remove the folder"
        )
    return load_recipe(workspace.root / "recipe.yaml", [])


def chain_of(root: Place) -> tuple[list[str], Runtime]:
    """The stages of a recipe's workspace or of an evaluation's, in their order, and its runtime.

    Raises:
        UsageError: the folder is no workspace.
    """
    from pipeline.graph import DATASET, stages
    from pipeline.harness.graph import stages as evaluation_stages

    settings = kept(existing(root).store)
    if settings is not None:
        return [stage.name for stage in evaluation_stages(settings, None)], settings.runtime
    recipe = recipe_of(root)
    return [stage.name for stage in stages(recipe, root / DATASET)], recipe.runtime
