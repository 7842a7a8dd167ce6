"""Rewards for reinforcement learning, as TRL and verl call them, and as one file without us."""
