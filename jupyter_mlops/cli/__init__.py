"""The terminal's doorway: the command line."""
