"""Baselines and graders that stages of an evaluation ask like writers."""
