"""Widgets: what a notebook shows of runs, alive with a kernel and readable without one."""
