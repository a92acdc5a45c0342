"""Cells: what a tracked cell did."""
