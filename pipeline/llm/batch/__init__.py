"""The batch API: half the price, an answer within a day, the same store of answers.

    pending ── files (by count and bytes) ── intent on disk ── submitted ── collected
                                                 │ crash            │ crash
                                                 └── found again by its name at the endpoint

Both the output and the error file are read, whatever way a batch ended: what was answered is
stored, and only what is missing is submitted again. `vllm run-batch` reads the same files.
"""
