"""Desk (tableau de gestion): what waits, the search over everything, what was told to partners."""
