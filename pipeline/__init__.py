"""Demitasse: a build system for video-reasoning datasets."""

__version__ = "0.1.0"
