"""The desk: what waits for this person, and one search over everything."""
