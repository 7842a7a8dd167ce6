"""What a reply answers: a letter, a number, stretches of time, a box, or nothing."""
