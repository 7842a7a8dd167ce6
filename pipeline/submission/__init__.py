"""Builds on a cluster as jobs of Ray: what they are called, what travels, and how they are.

Ray's own records are the only ones: a job is known as long as its cluster lives, and the
workspace, which outlives it, is what the next attempt goes on from.
"""
