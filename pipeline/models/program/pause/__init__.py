"""The program writer at a pause: what was where before, what is where now, and what that suggests.

    facts      what differs between the paused moment and an earlier one
    reading    what an answer says of now and of before, read back from its words
    questions, verdicts, evidence
               one stage's requests each

It knows boxes and no aims, so it writes only of the scene and never of a goal, and its suggestions
are those that a box bears out: where to reach for a thing that is in view, what has come closer.
"""
