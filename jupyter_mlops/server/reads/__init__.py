"""What the reading process does: pages out of projects, and word of what changes in them."""
