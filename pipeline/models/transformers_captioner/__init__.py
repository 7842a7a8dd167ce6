"""The captioner that runs vision-language models of transformers in the worker itself."""

from pipeline.models.transformers_captioner.captioner import TransformersCaptioner

__all__ = ["TransformersCaptioner"]
