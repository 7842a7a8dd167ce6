"""The command `demitasse`: one module a verb; it prints, and never computes."""
