"""Keeping a workspace small and clean: what nothing calls for goes, and what must not be there."""
