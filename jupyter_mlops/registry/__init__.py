"""The registry: model versions, gates and who holds which alias."""
