"""What a policy is asked, and what its answers make of a question."""
