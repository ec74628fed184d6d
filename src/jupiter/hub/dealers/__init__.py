"""Dealers: groups, their points of sale, who works there, and the software that speaks for them."""
