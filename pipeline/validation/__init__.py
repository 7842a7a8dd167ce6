"""Validation: what is wrong with a dataset, ours or somebody else's, rule by rule.

Readers turn files of many formats into one neutral `Row`; rules look at rows one after another
and never at files, so each rule works on every format that has what it looks at.
"""
