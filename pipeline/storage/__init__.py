"""Where state may lie: a local folder, or a prefix of an object store (docs/object-storage.md)."""
