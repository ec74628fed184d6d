"""What the insurer says of a caller's quotes when they are compared."""
