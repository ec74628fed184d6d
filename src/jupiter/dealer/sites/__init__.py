"""Sites (points of sale) of a dealer group: who works where, and what they may do there."""
