"""The program writer: questions, verdicts and evidence computed from detections, with no model.

    observations  what a group's frames show for certain
    facts         what changes between frames: what a question can be about
    wordings      times, things and places in words; sentences chosen from prompts
    reading       what a text says about moments, read back from its words
    checking      whether a moment shows what such a text says
    questions, verdicts, evidence
                  one stage's requests each

Facts are positive only. A detector misses things, so nothing here rests on an object that was
not found: no absence, no exact count, no "for the first time".
"""
