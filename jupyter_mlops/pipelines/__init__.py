"""Pipelines: steps, what they depend on, and attempts at them."""
