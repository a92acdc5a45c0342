"""What our figures come from: ``python -m benchmarks`` (``make bench``)."""
