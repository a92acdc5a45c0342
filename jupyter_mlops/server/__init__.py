"""The server's doorway: authenticated endpoints over the project."""
