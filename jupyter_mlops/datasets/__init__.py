"""Datasets: content, told apart by hash."""
