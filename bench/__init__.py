"""Figures, not tests: what the suite costs in time, memory, statements and bytes, printed with the machine that gave them."""
