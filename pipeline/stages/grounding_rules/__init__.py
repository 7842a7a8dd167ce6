"""What grounding decides, rule by rule; helpers, not stages."""
