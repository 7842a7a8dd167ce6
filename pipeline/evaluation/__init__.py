"""How answers are read, graded, rewarded, summed up and compared: pure functions and values.

Nothing here asks a model or reads a dataset: `rollouts`, `demitasse evaluate` and trainers call it.
What rewards need imports the standard library alone, so that it also travels as one file
(`rewards/standalone.py`).
"""
