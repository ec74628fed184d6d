"""Fills a suite's three databases with many fictitious sales by COPY, as a dealer group of some size would have left them after two years."""

from .filling import Report, fill

__all__ = ["Report", "fill"]
