"""Bytes as people read them."""


def size_text(size: int) -> str:
    """`812 bytes`, `4.2 MB`, `1.3 GB`: decimal units, as disks are sold."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= scale:
            return f"{size / scale:.1f} {unit}"
    return f"{size} bytes"
