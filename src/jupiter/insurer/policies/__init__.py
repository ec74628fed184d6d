"""Policy: what was bought, its period, its papers as they were issued."""
