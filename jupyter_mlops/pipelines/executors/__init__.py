"""Executors: each runs one step."""
