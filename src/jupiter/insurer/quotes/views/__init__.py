"""Screens of a quote: the lists, its page, and the wizard whose steps are data."""
