"""A benchmark out of a dataset's test split: chosen, balanced, reviewed by people, versioned."""
