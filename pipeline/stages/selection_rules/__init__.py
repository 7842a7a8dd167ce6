"""The rules that need no model, one family a file: pure functions from a question to a finding.

A rule answers with a code and one sentence, or None where the question passes.
"""
