"""A run of a recipe in this process: no Ray to start, and no model loaded twice."""

from pathlib import Path

from pipeline.engine.build import Build, LocalLanes, Report
from pipeline.engine.workspace import Workspace
from pipeline.graph import DATASET, planner, stages
from pipeline.inputs import find_inputs
from pipeline.recipe_file import load_recipe, to_yaml
from pipeline.removals import removed_ids


def build(root: Path, *settings: str) -> Report:
    """Build `root/two.yaml` in `root/work`."""
    recipe = load_recipe(root / "two.yaml", list(settings))
    workspace = Workspace.at(root / "work")
    with workspace.writing():
        workspace.prepare()
        workspace.store.write("recipe.yaml", to_yaml(recipe).encode())
        removed = removed_ids(workspace.store)
        chain = stages(recipe, root / "work" / DATASET, removed=removed)
        plan = planner(workspace, find_inputs(recipe.inputs))
        engine = recipe.runtime.engine
        return Build(plan, chain, LocalLanes(), engine, lambda event: None).run()
