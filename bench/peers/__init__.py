"""Rival systems and the Django floor, installed from PyPI into a folder of their own and started beside ours: the same work on each."""
