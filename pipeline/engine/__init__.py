"""How stages are run: keys, parts, ledger, workspace, packs, the Ray runner, progress.

The engine knows the contract of a stage (`pipeline.engine.stage`) and no stage.
"""
