"""Contract suites, one per Protocol, for our implementations and yours."""
