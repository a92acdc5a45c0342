"""Delivery: from what a process reports to what a run store keeps, exactly once."""
