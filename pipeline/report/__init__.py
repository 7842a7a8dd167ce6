"""A page to look at samples: one file that works from a disk, of a workspace or a dataset.

source (workspace | dataset) ── glances ── choice ──┐
     │                             └── tally ── plots ┼── page (HTML, with its data inside)
     └── items and pictures of those chosen ─────────┘
"""
