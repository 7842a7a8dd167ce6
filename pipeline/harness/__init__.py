"""How a model answers a dataset: what it is shown, what it is asked, how that is graded, summed up.

    dataset ─ items ─ frames_<input> ─ answers_<input>_<form> ─ grades_<input>_<protocol> ─ results

An evaluation is a workspace of its own on the engine; one chain of stages for every input, and one
for `blind`, which shows nothing. How answers are read and graded is `pipeline.evaluation`'s.
"""
