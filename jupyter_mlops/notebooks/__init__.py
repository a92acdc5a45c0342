"""Notebooks: reading them, their parameters, their digests."""
