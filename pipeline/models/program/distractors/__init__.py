"""Distractors: false answers made by editing the true one, by rules that work on any text.

Every edit makes the answer false by itself (see `prompts/options/program.md`). Two edits may
cancel each other ("left before" and "right after" say the same), so they are combined only
where one of them names an object that the video does not show.
"""
