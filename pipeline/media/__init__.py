"""Video in, frames out: probe, decode, isolation, scenes, sampling, time.

Pure functions over files and numbers, without Ray. What touches a decoder runs through
`pipeline.media.isolation`, because native decoders crash, hang and eat memory.
"""
