"""Training in two stages, evidence first and then the answer, as VideoEspresso does."""
