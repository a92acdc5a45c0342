"""The kernel's doorway: magics, hooks and what a notebook reports."""
