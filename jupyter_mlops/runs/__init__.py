"""Runs: what was done, and the stores that keep it."""
