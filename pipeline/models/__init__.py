"""Models behind small protocols: captioners, embedders, detectors, writers; one file a backend.

A protocol's file holds what its backends agree on and the factory that picks one by `kind`. It
imports no backend, so that planning a run loads no model library.
"""
