"""Zero-shot detectors that transformers loads: Grounding DINO, OWLv2, OmDet-Turbo.

detector ── families ──┬── grounding_dino ──┐
    │                  ├── owl ─────────────┼── answers ── transformers
    │                  └── omdet_turbo ─────┘
    └── candidates
"""

from pipeline.models.transformers_detector.detector import TransformersDetector

__all__ = ["TransformersDetector"]
