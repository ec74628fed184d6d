"""Used cars: what they are, what they cost, where they stand between purchase and sale."""
