"""The endpoint client: any OpenAI-compatible server, at dataset scale.

    ask ── responses (stored answers) ── structured (validation, one re-ask)
     │
    calls ── retries by error class
     │
    gate (this process) ══ limits (the run: in flight, rates, AIMD, breaker, budget)
     │
    transport ── one HTTP attempt

Knows no stage and no engine; `pipeline.models` makes writers of it.
"""
