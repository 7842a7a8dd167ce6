"""What is done: one module a stage, data in, data out. No stage imports another."""
