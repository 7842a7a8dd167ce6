"""Annotation files of other datasets, read into one typed form, with what could not be resolved."""
